// Sums of whole matrices, and loops with one number per column: biases and their gradients.

static void prefill(float *out, const float *bias, const float *addend, intptr_t rows, intptr_t columns) {
    for (intptr_t row = 0; row < rows; row++, out += columns) {
        if (bias && addend) {
            for (intptr_t c = 0; c < columns; c++) out[c] = bias[c] + addend[c];
        } else if (bias) {
            memcpy(out, bias, (size_t)columns * sizeof(float));
        } else if (addend) {
            if (out != addend) memcpy(out, addend, (size_t)columns * sizeof(float));
        } else {
            memset(out, 0, (size_t)columns * sizeof(float));
        }
        if (addend) addend += columns;
    }
}

// Rows are added one after another to what `sums` holds, so that a matrix in two pieces has the sums of the whole.
static void addColumnSums(float *sums, const float *values, intptr_t rows, intptr_t columns) {
    intptr_t c = 0;
    for (; c + 4 * LANES <= columns; c += 4 * LANES) {
        Vector a = load(sums + c), b = load(sums + c + LANES);
        Vector d = load(sums + c + 2 * LANES), e = load(sums + c + 3 * LANES);
        const float *from = values + c;
        for (intptr_t row = 0; row < rows; row++, from += columns) {
            a += load(from);
            b += load(from + LANES);
            d += load(from + 2 * LANES);
            e += load(from + 3 * LANES);
        }
        store(sums + c, a);
        store(sums + c + LANES, b);
        store(sums + c + 2 * LANES, d);
        store(sums + c + 3 * LANES, e);
    }
    for (; c + LANES <= columns; c += LANES) {
        Vector a = load(sums + c);
        for (intptr_t row = 0; row < rows; row++) a += load(values + row * columns + c);
        store(sums + c, a);
    }
    for (; c < columns; c++) {
        float a = sums[c];
        for (intptr_t row = 0; row < rows; row++) a += values[row * columns + c];
        sums[c] = a;
    }
}

static void addScaled(float *out, const float *addend, const float *x, float scale, intptr_t count) {
    if (addend) {
        for (intptr_t i = 0; i < count; i++) out[i] = addend[i] + scale * x[i];
    } else {
        for (intptr_t i = 0; i < count; i++) out[i] = scale * x[i];
    }
}
