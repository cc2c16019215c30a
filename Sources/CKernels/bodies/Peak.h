// The most that a processor can compute: multiply-adds of registers, with as many sums as hide their latency.

#define PEAK_SUMS (LANES == 16 ? 24 : 10)

INLINE double registersOnly(const int pairs, intptr_t rounds) {
    Vector sums[PEAK_SUMS], left = splat(1e-9f), right = splat(1.0f);
#pragma unroll
    for (int i = 0; i < PEAK_SUMS; i++) sums[i] = splat((float)i);
    for (intptr_t round = 0; round < rounds; round++) {
#pragma unroll
        for (int i = 0; i < PEAK_SUMS; i++) sums[i] = pairs ? addPair(sums[i], left, right) : sums[i] + left * right;
        // Every round is computed, although its operands are known.
        __asm__ volatile("" : "+m"(left), "+m"(right));
    }
    Vector total = splat(0);
#pragma unroll
    for (int i = 0; i < PEAK_SUMS; i++) total += sums[i];
    volatile float kept = sumOf(total);
    (void)kept;
    return (double)rounds * PEAK_SUMS * LANES * (pairs ? 4 : 2);
}

static double multiplyAdds(int pairs, intptr_t rounds) {
    if (!pairs) return registersOnly(0, rounds);
#ifdef HAS_BF16
    return registersOnly(1, rounds);
#else
    return 0;
#endif
}
