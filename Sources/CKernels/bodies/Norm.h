// Layer norm (Ba et al. 2016) and RMS norm (Zhang & Sennrich 2019) over the channels of each row, with or without bias.
// `centred` (subtract the mean) and `biased` are known at compile time in every variant.

INLINE void normalizeRows(const int centred, const int biased, float *out, float *means, float *inverses,
                          const float *x, const float *gain, const float *bias, float epsilon, intptr_t rows,
                          intptr_t width) {
    intptr_t whole = width - width % LANES, rest = width % LANES;
    float inverseWidth = 1.0f / (float)width;
    for (intptr_t row = 0; row < rows; row++, x += width, out += width) {
        float mean = 0;
        if (centred) {
            Vector sum = splat(0);
            for (intptr_t c = 0; c < whole; c += LANES) sum += load(x + c);
            if (rest) sum += loadPart(x + whole, rest, 0);
            mean = sumOf(sum) * inverseWidth;
            means[row] = mean;
        }
        Vector squares = splat(0);
        for (intptr_t c = 0; c < whole; c += LANES) {
            Vector centre = load(x + c) - mean;
            squares += centre * centre;
        }
        if (rest) {
            Vector centre = loadPart(x + whole, rest, mean) - mean;
            squares += centre * centre;
        }
        float inverse = 1.0f / __builtin_elementwise_sqrt(sumOf(squares) * inverseWidth + epsilon);
        inverses[row] = inverse;
        for (intptr_t c = 0; c < whole; c += LANES) {
            Vector value = (load(x + c) - mean) * inverse * load(gain + c);
            store(out + c, biased ? value + load(bias + c) : value);
        }
        for (intptr_t c = whole; c < width; c++)
            out[c] = (x[c] - mean) * inverse * gain[c] + (biased ? bias[c] : 0);
    }
}

// With n = (x − mean)·inverse and g = outGradient·gain:  xGradient (+)= inverse · (g − mean(g) − n · mean(g·n)), the
// mean of g only where x was centred. An element of outGradient is read before xGradient's is written.
INLINE void normalizeRowsBackward(const int centred, const int biased, float *xGradient, float *gainGradient,
                                  float *biasGradient, const float *outGradient, const float *x, const float *means,
                                  const float *inverses, const float *gain, int adds, intptr_t rows, intptr_t width) {
    intptr_t whole = width - width % LANES, rest = width % LANES;
    float inverseWidth = 1.0f / (float)width;
    for (intptr_t row = 0; row < rows; row++, x += width, outGradient += width, xGradient += width) {
        float mean = centred ? means[row] : 0, inverse = inverses[row];
        Vector sum = splat(0), product = splat(0);
        for (intptr_t c = 0; c < whole; c += LANES) {
            Vector out = load(outGradient + c), normal = (load(x + c) - mean) * inverse;
            store(gainGradient + c, load(gainGradient + c) + out * normal);
            if (biased) store(biasGradient + c, load(biasGradient + c) + out);
            out *= load(gain + c);
            if (centred) sum += out;
            product += out * normal;
        }
        if (rest) {
            Vector out = loadPart(outGradient + whole, rest, 0);
            Vector normal = (loadPart(x + whole, rest, mean) - mean) * inverse;
            storePart(gainGradient + whole, loadPart(gainGradient + whole, rest, 0) + out * normal, rest);
            if (biased) storePart(biasGradient + whole, loadPart(biasGradient + whole, rest, 0) + out, rest);
            out *= loadPart(gain + whole, rest, 0);
            if (centred) sum += out;
            product += out * normal;
        }
        float meanGradient = centred ? sumOf(sum) * inverseWidth : 0, meanProduct = sumOf(product) * inverseWidth;
        for (intptr_t c = 0; c < whole; c += LANES) {
            Vector normal = (load(x + c) - mean) * inverse;
            Vector g = load(outGradient + c) * load(gain + c);
            Vector change = inverse * (g - meanGradient - normal * meanProduct);
            store(xGradient + c, adds ? load(xGradient + c) + change : change);
        }
        for (intptr_t c = whole; c < width; c++) {
            float normal = (x[c] - mean) * inverse;
            float change = inverse * (outGradient[c] * gain[c] - meanGradient - normal * meanProduct);
            xGradient[c] = adds ? xGradient[c] + change : change;
        }
    }
}

static void normalize(float *out, float *means, float *inverses, const float *x, const float *gain, const float *bias,
                      float epsilon, intptr_t rows, intptr_t width) {
#define NORMALIZE(centred, biased) \
    normalizeRows(centred, biased, out, means, inverses, x, gain, bias, epsilon, rows, width)
    if (means && bias) NORMALIZE(1, 1);
    else if (means) NORMALIZE(1, 0);
    else if (bias) NORMALIZE(0, 1);
    else NORMALIZE(0, 0);
#undef NORMALIZE
}

static void normalizeBackward(float *xGradient, float *gainGradient, float *biasGradient, const float *outGradient,
                              const float *x, const float *means, const float *inverses, const float *gain, int adds,
                              intptr_t rows, intptr_t width) {
#define NORMALIZE_BACKWARD(centred, biased)                                                                           \
    normalizeRowsBackward(centred, biased, xGradient, gainGradient, biasGradient, outGradient, x, means, inverses,   \
                          gain, adds, rows, width)
    if (means && biasGradient) NORMALIZE_BACKWARD(1, 1);
    else if (means) NORMALIZE_BACKWARD(1, 0);
    else if (biasGradient) NORMALIZE_BACKWARD(0, 1);
    else NORMALIZE_BACKWARD(0, 0);
#undef NORMALIZE_BACKWARD
}
