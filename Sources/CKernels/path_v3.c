// The loops for x86-64-v3 processors (AVX2 and FMA).
#if defined(__x86_64__)
#include "CKernels.h"
#include <math.h>
#include <stdint.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#define PATH_TABLE kernels_v3
#define PATH_NAME "x86-64-v3"
#define LANES 8
#define TILE_ROWS_1 8
#define TILE_ROWS_2 6
#define TILE_ROWS_3 0
#define TILE_ROWS_4 0
#include "bodies/Path.h"
#pragma clang attribute pop
#endif
