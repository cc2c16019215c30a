// Layer norm over the channels of each row, forward and backward (Ba et al. 2016).

static void layerNorm(float *out, float *means, float *inverseDeviations, const float *x, const float *gain,
                      const float *bias, float epsilon, intptr_t rows, intptr_t width) {
    intptr_t whole = width - width % LANES, rest = width % LANES;
    float inverseWidth = 1.0f / (float)width;
    for (intptr_t row = 0; row < rows; row++, x += width, out += width) {
        Vector sum = splat(0);
        for (intptr_t c = 0; c < whole; c += LANES) sum += load(x + c);
        if (rest) sum += loadPart(x + whole, rest, 0);
        float mean = sumOf(sum) * inverseWidth;
        Vector squares = splat(0);
        for (intptr_t c = 0; c < whole; c += LANES) {
            Vector centred = load(x + c) - mean;
            squares += centred * centred;
        }
        if (rest) {
            Vector centred = loadPart(x + whole, rest, mean) - mean;
            squares += centred * centred;
        }
        float inverse = 1.0f / __builtin_elementwise_sqrt(sumOf(squares) * inverseWidth + epsilon);
        for (intptr_t c = 0; c < whole; c += LANES)
            store(out + c, (load(x + c) - mean) * inverse * load(gain + c) + load(bias + c));
        for (intptr_t c = whole; c < width; c++) out[c] = (x[c] - mean) * inverse * gain[c] + bias[c];
        means[row] = mean;
        inverseDeviations[row] = inverse;
    }
}

// With n = (x − mean)·inverse and g = outGradient·gain:  xGradient += inverse · (g − mean(g) − n · mean(g·n)).
static void layerNormBackward(float *xGradient, float *gainGradient, float *biasGradient, const float *outGradient,
                              const float *x, const float *means, const float *inverseDeviations, const float *gain,
                              intptr_t rows, intptr_t width) {
    intptr_t whole = width - width % LANES, rest = width % LANES;
    float inverseWidth = 1.0f / (float)width;
    for (intptr_t row = 0; row < rows; row++, x += width, outGradient += width, xGradient += width) {
        float mean = means[row], inverse = inverseDeviations[row];
        Vector sum = splat(0), product = splat(0);
        for (intptr_t c = 0; c < whole; c += LANES) {
            Vector out = load(outGradient + c), normal = (load(x + c) - mean) * inverse;
            store(gainGradient + c, load(gainGradient + c) + out * normal);
            store(biasGradient + c, load(biasGradient + c) + out);
            out *= load(gain + c);
            sum += out;
            product += out * normal;
        }
        if (rest) {
            Vector out = loadPart(outGradient + whole, rest, 0);
            Vector normal = (loadPart(x + whole, rest, mean) - mean) * inverse;
            storePart(gainGradient + whole, loadPart(gainGradient + whole, rest, 0) + out * normal, rest);
            storePart(biasGradient + whole, loadPart(biasGradient + whole, rest, 0) + out, rest);
            out *= loadPart(gain + whole, rest, 0);
            sum += out;
            product += out * normal;
        }
        float meanGradient = sumOf(sum) * inverseWidth, meanProduct = sumOf(product) * inverseWidth;
        for (intptr_t c = 0; c < whole; c += LANES) {
            Vector normal = (load(x + c) - mean) * inverse;
            Vector g = load(outGradient + c) * load(gain + c);
            store(xGradient + c, load(xGradient + c) + inverse * (g - meanGradient - normal * meanProduct));
        }
        for (intptr_t c = whole; c < width; c++) {
            float normal = (x[c] - mean) * inverse;
            xGradient[c] += inverse * (outGradient[c] * gain[c] - meanGradient - normal * meanProduct);
        }
    }
}
