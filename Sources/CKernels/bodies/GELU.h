// GELU, tanh form (Hendrycks & Gimpel 2016):  x/2 · (1 + tanh u) = x · s,  s = 1 / (1 + e^(−2u)),
// u = √(2/π) (x + 0.044715 x³).  Its derivative is s + x · 2u′ · s(1 − s), and 1 − s = e^(−2u) · s without cancellation.

INLINE Vector geluOf(Vector x, Vector *slope) {
    const float twice = 2 * 0.7978845608f;
    Vector square = x * x;
    Vector exponent = -x * (twice + (twice * 0.044715f) * square);
    // e^80 · s · s stays finite; beyond it s is 0 or 1 in single precision.
    exponent = exponent > splat(80.0f) ? splat(80.0f) : exponent;
    Vector e = exponential(exponent);
    Vector s = 1.0f / (1.0f + e);
    *slope = s + x * (twice + (3 * twice * 0.044715f) * square) * (e * s * s);
    return x * s;
}

static void gelu(float *out, float *x, const float *bias, int keepSlope, intptr_t rows, intptr_t columns) {
    intptr_t whole = columns - columns % LANES, rest = columns % LANES;
    for (intptr_t row = 0; row < rows; row++, x += columns, out += columns) {
        Vector slope;
        if (keepSlope) {
            for (intptr_t c = 0; c < whole; c += LANES) {
                store(out + c, geluOf(load(x + c) + load(bias + c), &slope));
                store(x + c, slope);
            }
        } else {
            for (intptr_t c = 0; c < whole; c += LANES) store(out + c, geluOf(load(x + c) + load(bias + c), &slope));
        }
        if (rest) {
            Vector value = geluOf(loadPart(x + whole, rest, 0) + loadPart(bias + whole, rest, 0), &slope);
            storePart(out + whole, value, rest);
            if (keepSlope) storePart(x + whole, slope, rest);
        }
    }
}

static void geluBackward(float *gradient, float *biasGradient, const float *slope, intptr_t rows, intptr_t columns) {
    for (intptr_t row = 0; row < rows; row++, gradient += columns, slope += columns) {
        for (intptr_t c = 0; c < columns; c++) {
            float product = gradient[c] * slope[c];
            gradient[c] = product;
            biasGradient[c] += product;
        }
    }
}
