// Operands in bf16, two to a word of 32 bits: the numbers of inner indices 2p (low half) and 2p + 1 (high half). A word is
// kept in a float's place, so that the loops of a matrix product are the same for both precisions.

typedef uint32_t Bits __attribute__((ext_vector_type(LANES)));

INLINE Bits bitsOf(Vector value) {
    Bits bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

INLINE Vector wordsOf(Bits bits) {
    Vector words;
    memcpy(&words, &bits, sizeof words);
    return words;
}

#ifndef HAS_BF16
// The upper half is x rounded to bf16, ties to even; infinity and NaN stay what they are.
INLINE Bits roundedBits(Vector x) {
    Bits bits = bitsOf(x), rounded = bits + 0x7fff + (bits >> 16 & 1);
    return (bits & 0x7f800000) == (Bits)(0x7f800000) ? bits : rounded;
}
#endif

// Each lane's two numbers rounded to bf16, as one word.
INLINE Vector pairUp(Vector low, Vector high) {
#ifdef HAS_BF16
    const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6,
                                           21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    return (Vector)_mm512_permutexvar_epi16(order, (__m512i)_mm512_cvtne2ps_pbh((__m512)high, (__m512)low));
#else
    return wordsOf(roundedBits(low) >> 16 | (roundedBits(high) & 0xffff0000));
#endif
}

// sum + high·high + low·low for the pairs of two words. AVX512_BF16 adds the product of the high halves first and rounds
// after each sum; a product of two bf16 numbers is exact in fp32. So every path gives the same bits. Where one operand is
// a number of memory in every lane it must be b: only that one is read within the instruction.
INLINE Vector addPair(Vector sum, Vector a, Vector b) {
#ifdef HAS_BF16
    return (Vector)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b);
#else
#pragma clang fp reassociate(off)
    sum += wordsOf(bitsOf(a) & 0xffff0000) * wordsOf(bitsOf(b) & 0xffff0000);
    return sum + wordsOf(bitsOf(a) << 16) * wordsOf(bitsOf(b) << 16);
#endif
}

// The same for eight words.
INLINE Octet addOctetPair(Octet sum, Octet a, Octet b) {
#if defined HAS_BF16
    return (Octet)_mm256_dpbf16_ps((__m256)sum, (__m256bh)a, (__m256bh)b);
#elif LANES == 16
    Vector sums = splat(0), left = splat(0), right = splat(0);
    sums.lo = sum, left.lo = a, right.lo = b;
    return addPair(sums, left, right).lo;
#else
    return addPair(sum, a, b);
#endif
}

// The pairs of one row of `count` numbers; an odd count is filled up with zero.
INLINE void pairRow(float *out, const float *x, intptr_t count) {
    intptr_t k = 0;
#ifdef HAS_BF16
    for (; k + 32 <= count; k += 32)
        store(out + k / 2, (Vector)_mm512_cvtne2ps_pbh((__m512)load(x + k + 16), (__m512)load(x + k)));
    if (k < count) {
        intptr_t rest = count - k;
        Vector low = rest < 16 ? loadPart(x + k, rest, 0) : load(x + k);
        Vector high = rest > 16 ? loadPart(x + k + 16, rest - 16, 0) : splat(0);
        storePart(out + k / 2, (Vector)_mm512_cvtne2ps_pbh((__m512)high, (__m512)low), (rest + 1) / 2);
    }
#else
    for (; k + 2 * LANES <= count; k += 2 * LANES) {
        Vector low, high;
        for (int i = 0; i < LANES; i++) {
            low[i] = x[k + 2 * i];
            high[i] = x[k + 2 * i + 1];
        }
        store(out + k / 2, pairUp(low, high));
    }
    for (; k < count; k += 2) out[k / 2] = pairUp(splat(x[k]), splat(k + 1 < count ? x[k + 1] : 0))[0];
#endif
}

// The pairs of up to sixteen numbers; those that are not there count as zero.
INLINE Octet pairSixteen(const float *x, intptr_t count) {
#ifdef HAS_BF16
    return (Octet)_mm512_cvtneps_pbh((__m512)(count == 16 ? load(x) : loadPart(x, count, 0)));
#else
    float words[8] = {0};
    pairRow(words, x, count);
    return loadOctet(words);
#endif
}

// out[p·width + c] is the pair of x[2p·stride + c] and x[(2p + 1)·stride + c], zero from `columns` up to `width`.
INLINE void pairRows(float *out, intptr_t width, const float *x, intptr_t stride, intptr_t rows, intptr_t columns) {
    for (intptr_t k = 0; k < rows; k += 2, out += width, x += 2 * stride) {
        const float *next = x + stride;
        int isLast = k + 1 == rows;
        intptr_t c = 0;
        for (; c + LANES <= columns; c += LANES)
            store(out + c, pairUp(load(x + c), isLast ? splat(0) : load(next + c)));
        if (c < columns) {
            intptr_t rest = columns - c;
            store(out + c, pairUp(loadPart(x + c, rest, 0), isLast ? splat(0) : loadPart(next + c, rest, 0)));
            c += LANES;
        }
        for (; c < width; c += LANES) store(out + c, splat(0));
    }
}

// out[p·width + c] is the pair of x[c·stride + 2p] and x[c·stride + 2p + 1], zero from `columns` up to `width`.
INLINE void pairRowsTransposed(float *out, intptr_t width, const float *x, intptr_t stride, intptr_t inner,
                               intptr_t columns) {
    for (intptr_t c = 0; c < width; c += 8, out += 8, x += 8 * stride) {
        intptr_t left = columns - c;
        for (intptr_t k = 0; k < inner; k += 16) {
            intptr_t count = inner - k < 16 ? inner - k : 16;
            Octet square[8];
            if (count == 16 && left >= 8) {
#pragma unroll
                for (int i = 0; i < 8; i++) square[i] = pairSixteen(x + i * stride + k, 16);
            } else {
                for (int i = 0; i < 8; i++)
                    square[i] = i < left ? pairSixteen(x + i * stride + k, count) : (Octet)(0);
            }
            transpose(square);
            for (int i = 0; i < (count + 1) / 2; i++) storeOctet(out + (k / 2 + i) * width, square[i]);
        }
    }
}
