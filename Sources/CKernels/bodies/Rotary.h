// Rotary positions (Su et al. 2021): channel j of a head and channel j + channels/2 turn as one point by the angle
// whose cosine and sine stand in the tables, [rows, channels/2]. Backward turns back.

static void rotate(float *x, const float *cosines, const float *sines, int backward, intptr_t rows, intptr_t heads,
                   intptr_t channels, intptr_t stride) {
    intptr_t half = channels / 2;
    float sign = backward ? -1.0f : 1.0f;
    for (intptr_t row = 0; row < rows; row++, x += stride, cosines += half, sines += half) {
        for (intptr_t head = 0; head < heads; head++) {
            float *restrict low = x + head * channels, *restrict high = low + half;
            for (intptr_t j = 0; j < half; j++) {
                float a = low[j], b = high[j], sine = sign * sines[j];
                low[j] = a * cosines[j] - b * sine;
                high[j] = b * cosines[j] + a * sine;
            }
        }
    }
}
