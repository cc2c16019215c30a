// The functions between the two MLP matrices, with their derivatives, plain and gated. A diverged input stays visible:
// every function of NaN is NaN.

// GELU, tanh form (Hendrycks & Gimpel 2016):  x/2 · (1 + tanh u) = x · s,  s = 1 / (1 + e^(−2u)),
// u = √(2/π) (x + 0.044715 x³).  Its derivative is s + x · 2u′ · s(1 − s); 1 − s = e^(−2u) · s without cancellation.
INLINE Vector geluTanhOf(Vector x, Vector *slope) {
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

// x · Φ(x); Φ(−|x|) = e^(−x²/2) · p(t) / 2 with t = 1 / (1 + 0.3275911 |x|/√2), within 8e-8 (Abramowitz & Stegun
// 7.1.26). Its derivative is Φ + x · e^(−x²/2)/√(2π).
INLINE Vector geluOf(Vector x, Vector *slope) {
    Vector size = x < splat(0) ? -x : x;
    Vector bell = exponential(x * x * -0.5f);
    Vector t = 1.0f / (1.0f + size * (0.3275911f * 0.70710678f));
    Vector p = t * 1.061405429f - 1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t - 0.284496736f;
    p = p * t + 0.254829592f;
    Vector tail = p * t * bell * 0.5f;
    Vector below = x < splat(0) ? tail : 1.0f - tail;
    *slope = below + x * bell * 0.39894228f;
    return x * below;
}

// max(0, x)² (So et al. 2021).
INLINE Vector reluSquaredOf(Vector x, Vector *slope) {
    Vector positive = x < splat(0) ? splat(0) : x;
    *slope = 2.0f * positive;
    return positive * positive;
}

// x / (1 + e^−x) = x · s; its derivative is s + x · s(1 − s).
INLINE Vector siluOf(Vector x, Vector *slope) {
    Vector exponent = -x > splat(80.0f) ? splat(80.0f) : -x;
    Vector e = exponential(exponent);
    Vector s = 1.0f / (1.0f + e);
    *slope = s + x * (e * s * s);
    return x * s;
}

INLINE Vector activationOf(const ActivationFunction function, Vector x, Vector *slope) {
    return function == GELU_TANH      ? geluTanhOf(x, slope)
           : function == GELU         ? geluOf(x, slope)
           : function == RELU_SQUARED ? reluSquaredOf(x, slope)
                                      : siluOf(x, slope);
}

INLINE void activateRows(const ActivationFunction function, const int biased, float *out, float *x, const float *bias,
                         int keepSlope, intptr_t rows, intptr_t columns) {
    intptr_t whole = columns - columns % LANES, rest = columns % LANES;
    for (intptr_t row = 0; row < rows; row++, x += columns, out += columns) {
        Vector slope;
        if (keepSlope) {
            for (intptr_t c = 0; c < whole; c += LANES) {
                Vector from = biased ? load(x + c) + load(bias + c) : load(x + c);
                store(out + c, activationOf(function, from, &slope));
                store(x + c, slope);
            }
        } else {
            for (intptr_t c = 0; c < whole; c += LANES) {
                Vector from = biased ? load(x + c) + load(bias + c) : load(x + c);
                store(out + c, activationOf(function, from, &slope));
            }
        }
        if (rest) {
            Vector from = loadPart(x + whole, rest, 0);
            if (biased) from += loadPart(bias + whole, rest, 0);
            storePart(out + whole, activationOf(function, from, &slope), rest);
            if (keepSlope) storePart(x + whole, slope, rest);
        }
    }
}

// Applies the function to the first `count` lanes of one vector of gates and values.
INLINE void activateGate(const ActivationFunction function, const int biased, float *out, float *gate, float *value,
                         const float *gateBias, const float *valueBias, int keepSlope, intptr_t count) {
    const int all = count == LANES;
    Vector g = all ? load(gate) : loadPart(gate, count, 0), v = all ? load(value) : loadPart(value, count, 0);
    if (biased) {
        g += all ? load(gateBias) : loadPart(gateBias, count, 0);
        v += all ? load(valueBias) : loadPart(valueBias, count, 0);
    }
    Vector slope, activated = activationOf(function, g, &slope), product = activated * v;
    slope *= v;
    if (all) {
        store(out, product);
        if (keepSlope) {
            store(gate, slope);
            store(value, activated);
        }
    } else {
        storePart(out, product, count);
        if (keepSlope) {
            storePart(gate, slope, count);
            storePart(value, activated, count);
        }
    }
}

INLINE void activateGatedRows(const ActivationFunction function, const int biased, float *out, float *x,
                              const float *bias, int keepSlope, intptr_t rows, intptr_t columns) {
    intptr_t whole = columns - columns % LANES;
    const float *valueBias = biased ? bias + columns : bias;
    for (intptr_t row = 0; row < rows; row++, x += 2 * columns, out += columns) {
        for (intptr_t c = 0; c < whole; c += LANES)
            activateGate(function, biased, out + c, x + c, x + columns + c, biased ? bias + c : bias,
                         biased ? valueBias + c : bias, keepSlope, LANES);
        if (whole < columns)
            activateGate(function, biased, out + whole, x + whole, x + columns + whole, biased ? bias + whole : bias,
                         biased ? valueBias + whole : bias, keepSlope, columns - whole);
    }
}

#define FOR_EACH_ACTIVATION(ROWS)                                                                                     \
    switch (function) {                                                                                               \
    case GELU_TANH: ROWS(GELU_TANH); break;                                                                           \
    case GELU: ROWS(GELU); break;                                                                                     \
    case RELU_SQUARED: ROWS(RELU_SQUARED); break;                                                                     \
    case SILU: ROWS(SILU); break;                                                                                     \
    }

static void activate(ActivationFunction function, float *out, float *x, const float *bias, int keepSlope,
                     intptr_t rows, intptr_t columns) {
#define ACTIVATE(function)                                                                                            \
    if (bias) activateRows(function, 1, out, x, bias, keepSlope, rows, columns);                                      \
    else activateRows(function, 0, out, x, bias, keepSlope, rows, columns)
    FOR_EACH_ACTIVATION(ACTIVATE)
#undef ACTIVATE
}

static void activateGated(ActivationFunction function, float *out, float *x, const float *bias, int keepSlope,
                          intptr_t rows, intptr_t columns) {
#define ACTIVATE(function)                                                                                            \
    if (bias) activateGatedRows(function, 1, out, x, bias, keepSlope, rows, columns);                                 \
    else activateGatedRows(function, 0, out, x, bias, keepSlope, rows, columns)
    FOR_EACH_ACTIVATION(ACTIVATE)
#undef ACTIVATE
}

static void activateBackward(float *gradient, float *biasGradient, const float *slope, intptr_t rows,
                             intptr_t columns) {
    for (intptr_t row = 0; row < rows; row++, gradient += columns, slope += columns) {
        if (biasGradient) {
            for (intptr_t c = 0; c < columns; c++) {
                float product = gradient[c] * slope[c];
                gradient[c] = product;
                biasGradient[c] += product;
            }
        } else {
            for (intptr_t c = 0; c < columns; c++) gradient[c] *= slope[c];
        }
    }
}

static void activateGatedBackward(float *gradient, float *biasGradient, const float *outGradient, const float *slopes,
                                  intptr_t rows, intptr_t columns) {
    for (intptr_t row = 0; row < rows; row++, gradient += 2 * columns, outGradient += columns, slopes += 2 * columns) {
        for (intptr_t half = 0; half < 2; half++) {
            float *restrict to = gradient + half * columns;
            const float *restrict from = slopes + half * columns;
            for (intptr_t c = 0; c < columns; c++) to[c] = outGradient[c] * from[c];
        }
        if (biasGradient)
            for (intptr_t c = 0; c < 2 * columns; c++) biasGradient[c] += gradient[c];
    }
}
