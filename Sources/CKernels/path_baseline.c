// The loops for any processor, with the compiler's default instruction set.
#include "CKernels.h"

#define PATH_TABLE kernels_baseline
#define PATH_NAME "baseline"
#include "bodies/Path.h"
