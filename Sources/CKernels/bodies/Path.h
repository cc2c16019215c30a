// All loops of one path and their table. The including file sets PATH_TABLE and PATH_NAME, the instruction set, LANES,
// and the rows of a matrix tile; HAS_BF16 where the instruction set has products of bf16.
#include "Vector.h"
#include "Octet.h"

// Sums may be reordered by the compiler (once, at build time). `float_control(precise, off)` is not used, because it
// would also promise that nothing is ever infinite or NaN, and a diverged model must be seen.
#pragma clang fp reassociate(on) reciprocal(on)

#include "Pairs.h"
#include "MatrixProduct.h"
#include "Peak.h"
#include "Columns.h"
#include "Norm.h"
#include "Activation.h"
#include "Rotary.h"
#include "Softmax.h"
#include "Dropout.h"
#include "Update.h"

const Kernels PATH_TABLE = {
    .name = PATH_NAME,
    .multiply = multiply,
    .multiplyTransposed = multiplyTransposed,
    .multiplyOuter = multiplyOuter,
    .multiplyBF16 = multiplyBF16,
    .multiplyTransposedBF16 = multiplyTransposedBF16,
    .multiplyOuterBF16 = multiplyOuterBF16,
    .multiplyAdds = multiplyAdds,
    .prefill = prefill,
    .addColumnSums = addColumnSums,
    .addScaled = addScaled,
    .normalize = normalize,
    .normalizeBackward = normalizeBackward,
    .activate = activate,
    .activateGated = activateGated,
    .activateBackward = activateBackward,
    .activateGatedBackward = activateGatedBackward,
    .rotate = rotate,
    .causalSoftmax = causalSoftmax,
    .causalSoftmaxBackward = causalSoftmaxBackward,
    .crossEntropy = crossEntropy,
    .dropOut = dropOut,
    .sumOfSquares = sumOfSquares,
    .adamW = adamW,
    .sgd = sgd,
    .lion = lion,
};
