// Inner loops of the trainer, compiled once per instruction set and chosen at run time.
// Not here: anything that knows what a model is. Matrices are row-major; `stride` is the distance between rows in
// floats. Sums run in a fixed order, so equal inputs give equal bits on one path; paths differ in the last bits.
// NaN and infinity pass through every loop: a diverged model is seen in its loss.
#ifndef SCALEBENCH_CKERNELS_H
#define SCALEBENCH_CKERNELS_H

#include <stdint.h>

#pragma clang assume_nonnull begin

// The value of `firstQuery` for products that are not causal.
static const intptr_t NOT_CAUSAL = -1;

typedef struct {
    // x86-64-v4, x86-64-v3 or baseline.
    const char *name;

    // Matrix products, made for the shapes of small models. out[rows, columns] = a[rows, inner] · b[inner, columns]
    // (+ bias, one per column) (+ addend, shaped as out, maybe out itself); null leaves either out.
    // Causal: row r is the query at position firstQuery + r, and inner indices are keys; a must be 0 for later keys.
    // NOT_CAUSAL for an ordinary product.
    void (*multiply)(float *out, const float *a, const float *b, const float *_Nullable bias,
                     const float *_Nullable addend, intptr_t rows, intptr_t inner, intptr_t columns,
                     intptr_t outStride, intptr_t aStride, intptr_t bStride, intptr_t addendStride,
                     intptr_t firstQuery);
    // out[rows, columns] = a[rows, inner] · transpose of b[columns, inner]. Causal: rows are queries and columns keys;
    // what a query cannot see may be left unwritten.
    void (*multiplyTransposed)(float *out, const float *a, const float *b, intptr_t rows, intptr_t inner,
                               intptr_t columns, intptr_t outStride, intptr_t aStride, intptr_t bStride,
                               intptr_t firstQuery);
    // out[rows, columns] (+)= transpose of a[inner, rows] · b[inner, columns]. Causal: inner indices are queries, rows
    // keys; a must be 0 where a query cannot see a key.
    void (*multiplyOuter)(float *out, const float *a, const float *b, int adds, intptr_t rows, intptr_t inner,
                          intptr_t columns, intptr_t outStride, intptr_t aStride, intptr_t bStride,
                          intptr_t firstQuery);

    // out = bias (one per column, may be null) + addend (same shape as out, may be null or out itself).
    void (*prefill)(float *out, const float *_Nullable bias, const float *_Nullable addend, intptr_t rows, intptr_t columns);
    // sums[column] += the column's sum.
    void (*addColumnSums)(float *sums, const float *values, intptr_t rows, intptr_t columns);

    // out = gain · (x − mean) · inverseDeviation + bias over each row; keeps the two statistics of each row.
    void (*layerNorm)(float *out, float *means, float *inverseDeviations, const float *x, const float *gain,
                      const float *bias, float epsilon, intptr_t rows, intptr_t width);
    // xGradient += …, gainGradient += …, biasGradient += … for the layer norm above.
    void (*layerNormBackward)(float *xGradient, float *gainGradient, float *biasGradient, const float *outGradient,
                              const float *x, const float *means, const float *inverseDeviations, const float *gain,
                              intptr_t rows, intptr_t width);

    // x holds the input without bias. out = gelu(x + bias), tanh form; x becomes the derivative when `keepSlope`.
    void (*gelu)(float *out, float *x, const float *bias, int keepSlope, intptr_t rows, intptr_t columns);
    // gradient *= slope, and biasGradient += the column sums of the product.
    void (*geluBackward)(float *gradient, float *biasGradient, const float *slope, intptr_t rows, intptr_t columns);

    // Row i of `scores` (position first + i) becomes softmax(scale · scores) over its first first + i + 1 columns
    // and 0 in the rest of its `keys` columns. The stride is a multiple of 8: padding may be written.
    void (*causalSoftmax)(float *scores, float scale, intptr_t rows, intptr_t first, intptr_t keys, intptr_t stride);
    // gradient (of the weights) becomes the gradient of the unscaled scores; 0 where a query cannot see.
    void (*causalSoftmaxBackward)(float *gradient, const float *weights, float scale, intptr_t rows, intptr_t first,
                                  intptr_t keys, intptr_t stride);

    // losses[row] = −ln softmax(logits[row])[target]. With gradientScale ≠ 0 logits become
    // gradientScale · (softmax − one-hot).
    void (*crossEntropy)(float *losses, float *logits, const uint32_t *targets, float gradientScale, intptr_t rows,
                         intptr_t vocabulary);

    double (*sumOfSquares)(const float *values, intptr_t count);
    // One AdamW update; the gradient is multiplied by `gradientScale` first, the parameter by `decayFactor`.
    void (*adamW)(float *parameters, const float *gradients, float *firstMoments, float *secondMoments,
                  float gradientScale, float beta1, float beta2, float stepSize, float decayFactor, float epsilon,
                  float inverseSecondCorrection, intptr_t count);
} Kernels;

// The path of that name, or null when it is unknown or this processor cannot run it.
const Kernels *_Nullable kernelsNamed(const char *name);
// The fastest path this processor can run.
const Kernels *kernelsBest(void);

// Makes this thread treat denormal numbers as zero; returns the control word to restore.
uint32_t flushDenormals(void);
void restoreFloatControl(uint32_t word);

#pragma clang assume_nonnull end

#endif
