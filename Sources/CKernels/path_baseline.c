// The loops for any processor, with the compiler's default instruction set.
#include "CKernels.h"

#define PATH_TABLE kernels_baseline
#define PATH_NAME "baseline"
#define LANES 8
#define TILE_ROWS_1 4
#define TILE_ROWS_2 2
#define TILE_ROWS_3 0
#define TILE_ROWS_4 0
#include "bodies/Path.h"
