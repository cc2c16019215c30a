// The loops for x86-64-v4 processors that multiply bf16 (AVX512_BF16).
#if defined(__x86_64__)
#include "CKernels.h"
#include <immintrin.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("arch=x86-64-v4,avx512bf16"))), apply_to = function)
#define PATH_TABLE kernels_v4_bf16
#define PATH_NAME "x86-64-v4-bf16"
#define LANES 16
#define HAS_BF16
#define TILE_ROWS_1 8
#define TILE_ROWS_2 8
#define TILE_ROWS_3 8
#define TILE_ROWS_4 6
#include "bodies/Path.h"
#pragma clang attribute pop
#endif
