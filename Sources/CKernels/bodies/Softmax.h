// Softmax over rows: causal attention weights, and the output layer's cross-entropy.

// Replaces values by e^(scale·value − largest) and returns their sum; *largest is the largest scaled value.
INLINE float exponentials(float *values, intptr_t count, float scale, float *largest) {
    intptr_t whole = count - count % LANES, rest = count % LANES;
    float top = values[0];
    if (whole) {
        Vector tops = load(values);
        for (intptr_t c = LANES; c < whole; c += LANES) tops = larger(load(values + c), tops);
        top = largestOf(tops);
    }
    for (intptr_t c = whole; c < count; c++) top = values[c] > top ? values[c] : top;
    top *= scale;
    Vector sums = splat(0);
    for (intptr_t c = 0; c < whole; c += LANES) {
        Vector e = exponential(load(values + c) * scale - top);
        store(values + c, e);
        sums += e;
    }
    float sum = sumOf(sums);
    if (rest) {
        Vector e = exponential(loadPart(values + whole, rest, 0) * scale - top);
        storePart(values + whole, e, rest);
        for (intptr_t lane = 0; lane < rest; lane++) sum += e[lane];
    }
    *largest = top;
    return sum;
}

// Up to SOFTMAX_ROWS rows take each of the three steps together: a row alone waits for its own largest value and its sum.
#define SOFTMAX_ROWS 64

INLINE void causalSoftmaxRows(float *scores, float scale, intptr_t rows, intptr_t first, intptr_t keys,
                              intptr_t stride) {
    float tops[SOFTMAX_ROWS], inverses[SOFTMAX_ROWS];
    // Row r has some vectors that are seen whole, from `x` to `last`, and the lanes `seen` of the one at `last`.
#define EACH_ROW(...)                                                                                                 \
    for (intptr_t row = 0; row < rows; row++) {                                                                       \
        float *x = scores + row * stride, *last = x + (first + row) / LANES * LANES;                                  \
        Integers seen = lanesBefore((first + row) % LANES + 1);                                                       \
        __VA_ARGS__                                                                                                   \
    }
    EACH_ROW({
        Vector largest = seen ? load(last) : splat(-INFINITY);
        for (; x < last; x += LANES) largest = larger(load(x), largest);
        tops[row] = largestOf(largest) * scale;
    })
    EACH_ROW({
        Vector sums = splat(0);
        for (; x < last; x += LANES) {
            Vector e = exponential(load(x) * scale - tops[row]);
            store(x, e);
            sums += e;
        }
        Vector e = seen ? exponential(load(last) * scale - tops[row]) : splat(0);
        store(last, e);
        inverses[row] = 1.0f / sumOf(sums + e);
    })
    EACH_ROW({
        (void)seen;
        for (; x <= last; x += LANES) store(x, load(x) * inverses[row]);
        for (float *end = scores + row * stride + keys; x < end; x += LANES) store(x, splat(0));
    })
#undef EACH_ROW
}

static void causalSoftmax(float *scores, float scale, intptr_t rows, intptr_t first, intptr_t keys, intptr_t stride) {
    for (intptr_t row = 0; row < rows; row += SOFTMAX_ROWS) {
        intptr_t count = rows - row < SOFTMAX_ROWS ? rows - row : SOFTMAX_ROWS;
        causalSoftmaxRows(scores + row * stride, scale, count, first + row, keys, stride);
    }
}

static void causalSoftmaxBackward(float *gradient, const float *weights, float scale, intptr_t rows, intptr_t first,
                                  intptr_t keys, intptr_t stride) {
    for (intptr_t row = 0; row < rows; row++, gradient += stride, weights += stride) {
        intptr_t visible = first + row + 1, whole = visible - visible % LANES, c;
        Vector rest = splat(0), products = splat(0);
        if (whole < visible) {
            rest = lanesBefore(visible - whole) ? load(gradient + whole) : splat(0);
            products = load(weights + whole) * rest;
        }
        for (c = 0; c < whole; c += LANES) products += load(weights + c) * load(gradient + c);
        float mean = sumOf(products);
        for (c = 0; c < whole; c += LANES)
            store(gradient + c, load(weights + c) * (load(gradient + c) - mean) * scale);
        if (whole < visible) {
            store(gradient + whole, load(weights + whole) * (rest - mean) * scale);
            c += LANES;
        }
        for (; c < keys; c += LANES) store(gradient + c, splat(0));
    }
}

static void crossEntropy(float *losses, float *logits, const uint32_t *targets, float gradientScale, intptr_t rows,
                         intptr_t vocabulary) {
    for (intptr_t row = 0; row < rows; row++, logits += vocabulary) {
        float largest, targetLogit = logits[targets[row]];
        float sum = exponentials(logits, vocabulary, 1, &largest);
        losses[row] = logf(sum) + largest - targetLogit;
        if (gradientScale != 0) {
            float factor = gradientScale / sum;
            for (intptr_t c = 0; c < vocabulary; c++) logits[c] *= factor;
            logits[targets[row]] -= gradientScale;
        }
    }
}
