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

static void causalSoftmax(float *scores, float scale, intptr_t rows, intptr_t first, intptr_t keys, intptr_t stride) {
    for (intptr_t row = 0; row < rows; row++, scores += stride) {
        intptr_t visible = first + row + 1;
        float largest, inverse = 1.0f / exponentials(scores, visible, scale, &largest);
        for (intptr_t c = 0; c < visible; c++) scores[c] *= inverse;
        for (intptr_t c = visible; c < keys; c++) scores[c] = 0;
    }
}

static void causalSoftmaxBackward(float *gradient, const float *weights, float scale, intptr_t rows, intptr_t first,
                                  intptr_t keys, intptr_t stride) {
    for (intptr_t row = 0; row < rows; row++, gradient += stride, weights += stride) {
        intptr_t visible = first + row + 1;
        float mean = 0;
        for (intptr_t c = 0; c < visible; c++) mean += weights[c] * gradient[c];
        for (intptr_t c = 0; c < visible; c++) gradient[c] = weights[c] * (gradient[c] - mean) * scale;
        for (intptr_t c = visible; c < keys; c++) gradient[c] = 0;
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
