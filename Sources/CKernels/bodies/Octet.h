// Eight words of 32 bits at a time on every path: for squares that are turned, and for random numbers, whose order may not
// depend on the path.

typedef float Octet __attribute__((ext_vector_type(8)));
typedef float UnalignedOctet __attribute__((ext_vector_type(8), aligned(4)));

INLINE Octet loadOctet(const float *from) { return *(const UnalignedOctet *)from; }
INLINE void storeOctet(float *to, Octet value) { *(UnalignedOctet *)to = value; }

// The first `count` numbers, at least one; those that are not loaded are zero.
INLINE Octet loadOctetPart(const float *from, intptr_t count) {
    if (count == 8) return loadOctet(from);
#if LANES == 16
    return (Octet)_mm256_maskz_loadu_ps((__mmask8)((1u << count) - 1), from);
#else
    return loadPart(from, count, 0);
#endif
}

INLINE void storeOctetPart(float *to, Octet value, intptr_t count) {
    if (count == 8) return storeOctet(to, value);
#if LANES == 16
    _mm256_mask_storeu_ps(to, (__mmask8)((1u << count) - 1), (__m256)value);
#else
    storePart(to, value, count);
#endif
}

// Rows of eight become columns.
INLINE void transpose(Octet *rows) {
    Octet pairs[8], quads[8];
#pragma unroll
    for (int i = 0; i < 8; i += 2) {
        pairs[i] = __builtin_shufflevector(rows[i], rows[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        pairs[i + 1] = __builtin_shufflevector(rows[i], rows[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
#pragma unroll
    for (int i = 0; i < 8; i += 4) {
#pragma unroll
        for (int j = 0; j < 2; j++) {
            quads[i + 2 * j] = __builtin_shufflevector(pairs[i + j], pairs[i + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            quads[i + 2 * j + 1] = __builtin_shufflevector(pairs[i + j], pairs[i + j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    }
#pragma unroll
    for (int i = 0; i < 4; i++) {
        rows[i] = __builtin_shufflevector(quads[i], quads[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        rows[i + 4] = __builtin_shufflevector(quads[i], quads[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}
