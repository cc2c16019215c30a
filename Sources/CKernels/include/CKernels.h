// Inner loops of the trainer, compiled once per instruction set and chosen at run time.
// They know nothing of models. Matrices are row-major; `stride` is the distance between rows in floats. Sums run in a
// fixed order, so equal inputs give equal bits on one path; paths differ in the last bits. NaN and infinity pass
// through every loop: a diverged model is seen in its loss.
#ifndef SCALEBENCH_CKERNELS_H
#define SCALEBENCH_CKERNELS_H

#include <stdint.h>

#pragma clang assume_nonnull begin

// The value of `firstQuery` for products that are not causal.
static const intptr_t NOT_CAUSAL = -1;

// Floats of scratch memory that the products in bf16 need.
static const intptr_t BF16_SCRATCH = 128 * (512 + 32);

// The function between the two MLP matrices; defined in bodies/Activation.h.
typedef enum { GELU_TANH, GELU, RELU_SQUARED, SILU } ActivationFunction;

typedef struct {
    // x86-64-v4-bf16, x86-64-v4, x86-64-v3 or baseline.
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

    // The same products of operands that are rounded to bf16, ties to even, with sums in fp32; `scratch` holds
    // BF16_SCRATCH floats. All paths give the same bits as long as no product is below 1e-38: the products of numbers k and
    // k + 1, k even, are added to the sum one after the other, that of k + 1 first, and sums of 256 numbers are added in
    // order.
    void (*multiplyBF16)(float *out, const float *a, const float *b, const float *_Nullable bias,
                         const float *_Nullable addend, intptr_t rows, intptr_t inner, intptr_t columns,
                         intptr_t outStride, intptr_t aStride, intptr_t bStride, intptr_t addendStride,
                         intptr_t firstQuery, float *scratch);
    void (*multiplyTransposedBF16)(float *out, const float *a, const float *b, intptr_t rows, intptr_t inner,
                                   intptr_t columns, intptr_t outStride, intptr_t aStride, intptr_t bStride,
                                   intptr_t firstQuery, float *scratch);
    void (*multiplyOuterBF16)(float *out, const float *a, const float *b, int adds, intptr_t rows, intptr_t inner,
                              intptr_t columns, intptr_t outStride, intptr_t aStride, intptr_t bStride,
                              intptr_t firstQuery, float *scratch);

    // Multiply-adds of registers alone, in fp32 or of pairs of bf16; returns their FLOPs, 0 where the path has no such
    // instruction.
    double (*multiplyAdds)(int pairs, intptr_t rounds);

    // out = bias (one per column, may be null) + addend (same shape as out, may be null or out itself).
    void (*prefill)(float *out, const float *_Nullable bias, const float *_Nullable addend, intptr_t rows, intptr_t columns);
    // sums[column] += the column's sum.
    void (*addColumnSums)(float *sums, const float *values, intptr_t rows, intptr_t columns);

    // out = scale · x (+ addend, maybe out itself); null leaves it out.
    void (*addScaled)(float *out, const float *_Nullable addend, const float *x, float scale, intptr_t count);

    // out = gain · (x − mean) · inverse (+ bias) over each row. Kept of each row are its mean and `inverse`, which is
    // one over the root of (the mean square about the mean + epsilon). Without `means` the mean counts as 0 (RMS norm).
    void (*normalize)(float *out, float *_Nullable means, float *inverses, const float *x, const float *gain,
                      const float *_Nullable bias, float epsilon, intptr_t rows, intptr_t width);
    // gainGradient += …, biasGradient += …, and xGradient = or += … for the norm above; outGradient may be xGradient
    // when nothing is added.
    void (*normalizeBackward)(float *xGradient, float *gainGradient, float *_Nullable biasGradient,
                              const float *outGradient, const float *x, const float *_Nullable means,
                              const float *inverses, const float *gain, int adds, intptr_t rows, intptr_t width);

    // x holds the input without bias. out = f(x + bias); x becomes the derivative when `keepSlope`.
    void (*activate)(ActivationFunction function, float *out, float *x, const float *_Nullable bias, int keepSlope,
                     intptr_t rows, intptr_t columns);
    // x[rows, 2·columns] holds gates, then values. out = f(gate) · value; with `keepSlope` gates become f′(gate) ·
    // value and values f(gate): the derivatives by gate and value.
    void (*activateGated)(ActivationFunction function, float *out, float *x, const float *_Nullable bias,
                          int keepSlope, intptr_t rows, intptr_t columns);
    // gradient *= slope, and biasGradient += the column sums of the product.
    void (*activateBackward)(float *gradient, float *_Nullable biasGradient, const float *slope, intptr_t rows,
                             intptr_t columns);
    // gradient[rows, 2·columns] = outGradient · slopes, and biasGradient += its column sums.
    void (*activateGatedBackward)(float *gradient, float *_Nullable biasGradient, const float *outGradient,
                                  const float *slopes, intptr_t rows, intptr_t columns);

    // Turns `heads` heads of each row in place, rows `stride` floats apart. Row r has the angles whose cosines and
    // sines are row r of the tables [rows, channels/2]; `backward` turns by their negatives.
    void (*rotate)(float *x, const float *cosines, const float *sines, int backward, intptr_t rows, intptr_t heads,
                   intptr_t channels, intptr_t stride);

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

    // out = scale · x where the number of a channel lets x through, 0 elsewhere (+ addend, maybe out itself); null leaves
    // it out, and out may be x. The number of row r and channel c is word c mod 32 / 8 of the Philox block with the key
    // `seed` and the counter (c / 32 · 8 + c mod 8, firstRow + r, step, site); it must be at least `threshold`.
    void (*dropOut)(float *out, const float *_Nullable addend, const float *x, float scale, uint32_t threshold,
                    uint64_t seed, uint32_t step, uint32_t site, intptr_t firstRow, intptr_t rows, intptr_t width);

    double (*sumOfSquares)(const float *values, intptr_t count);
    // One AdamW update; the gradient is multiplied by `gradientScale` first, the parameter by `decayFactor`.
    void (*adamW)(float *parameters, const float *gradients, float *firstMoments, float *secondMoments,
                  float gradientScale, float beta1, float beta2, float stepSize, float decayFactor, float epsilon,
                  float inverseSecondCorrection, intptr_t count);
    // One update of SGD with momentum; scales and decay as for AdamW.
    void (*sgd)(float *parameters, const float *gradients, float *momenta, float gradientScale, float momentum,
                float learningRate, float decayFactor, intptr_t count);
    // One Lion update: by the sign of beta1 · momentum + (1 − beta1) · gradient, which is 0 for 0; scales and decay as
    // for AdamW.
    void (*lion)(float *parameters, const float *gradients, float *momenta, float gradientScale, float beta1,
                 float beta2, float learningRate, float decayFactor, intptr_t count);
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
