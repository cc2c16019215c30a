// The global gradient norm, and the updates: AdamW (Loshchilov & Hutter 2019), SGD with momentum, Lion (Chen et al.
// 2023).

// Blocks of 4,096 are summed in single precision and their sums in double: exact to a relative 1e-6 for any length.
static double sumOfSquares(const float *values, intptr_t count) {
    double total = 0;
    for (intptr_t begin = 0; begin < count; begin += 4096) {
        intptr_t end = count - begin < 4096 ? count : begin + 4096;
        float sum = 0;
        for (intptr_t i = begin; i < end; i++) sum += values[i] * values[i];
        total += sum;
    }
    return total;
}

static void adamW(float *parameters, const float *gradients, float *firstMoments, float *secondMoments,
                  float gradientScale, float beta1, float beta2, float stepSize, float decayFactor, float epsilon,
                  float inverseSecondCorrection, intptr_t count) {
    float *restrict p = parameters, *restrict m = firstMoments, *restrict v = secondMoments;
    const float *restrict g = gradients;
    for (intptr_t i = 0; i < count; i++) {
        float gradient = g[i] * gradientScale;
        float first = beta1 * m[i] + (1 - beta1) * gradient;
        float second = beta2 * v[i] + (1 - beta2) * gradient * gradient;
        m[i] = first;
        v[i] = second;
        p[i] = p[i] * decayFactor - stepSize * first / (__builtin_elementwise_sqrt(second) * inverseSecondCorrection + epsilon);
    }
}

static void sgd(float *parameters, const float *gradients, float *momenta, float gradientScale, float momentum,
                float learningRate, float decayFactor, intptr_t count) {
    float *restrict p = parameters, *restrict m = momenta;
    const float *restrict g = gradients;
    for (intptr_t i = 0; i < count; i++) {
        float sum = momentum * m[i] + g[i] * gradientScale;
        m[i] = sum;
        p[i] = p[i] * decayFactor - learningRate * sum;
    }
}

static void lion(float *parameters, const float *gradients, float *momenta, float gradientScale, float beta1,
                 float beta2, float learningRate, float decayFactor, intptr_t count) {
    float *restrict p = parameters, *restrict m = momenta;
    const float *restrict g = gradients;
    for (intptr_t i = 0; i < count; i++) {
        float gradient = g[i] * gradientScale;
        float mixed = beta1 * m[i] + (1 - beta1) * gradient;
        float sign = (mixed > 0 ? 1.0f : 0.0f) - (mixed < 0 ? 1.0f : 0.0f);
        m[i] = beta2 * m[i] + (1 - beta2) * gradient;
        p[i] = p[i] * decayFactor - learningRate * sign;
    }
}
