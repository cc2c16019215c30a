// Dropout with numbers of Philox4x32-10 (Salmon et al. 2011): every number follows from its place alone, so that masks
// are made again in backward and never stored.

typedef uint32_t Words __attribute__((ext_vector_type(8)));
typedef uint64_t WideWords __attribute__((ext_vector_type(8)));

// Ten rounds on eight counters of four words each.
INLINE void philox(Words *c, uint32_t key0, uint32_t key1) {
#pragma unroll
    for (int round = 0; round < 10; round++) {
        WideWords first = __builtin_convertvector(c[0], WideWords) * 0xD2511F53u;
        WideWords second = __builtin_convertvector(c[2], WideWords) * 0xCD9E8D57u;
        c[0] = __builtin_convertvector(second >> 32, Words) ^ c[1] ^ key0;
        c[1] = __builtin_convertvector(second, Words);
        c[2] = __builtin_convertvector(first >> 32, Words) ^ c[3] ^ key1;
        c[3] = __builtin_convertvector(first, Words);
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
}

static void dropOut(float *out, const float *addend, const float *x, float scale, uint32_t threshold, uint64_t seed,
                    uint32_t step, uint32_t site, intptr_t firstRow, intptr_t rows, intptr_t width) {
    const Words lanes = {0, 1, 2, 3, 4, 5, 6, 7};
    for (intptr_t row = 0; row < rows; row++, x += width, out += width, addend = addend ? addend + width : addend) {
        for (intptr_t first = 0; first < width; first += 32) {
            Words words[4] = {lanes + (uint32_t)(first / 4), (Words)(uint32_t)(firstRow + row), (Words)step,
                              (Words)site};
            philox(words, (uint32_t)seed, (uint32_t)(seed >> 32));
            for (int part = 0; part < 4 && first + part * 8 < width; part++) {
                intptr_t c = first + part * 8;
                Octet factor = words[part] >= (Words)threshold ? (Octet)(scale) : (Octet)(0);
                if (width - c >= 8) {
                    storeOctet(out + c, loadOctet(x + c) * factor + (addend ? loadOctet(addend + c) : (Octet)(0)));
                } else {
                    for (intptr_t i = 0; i < width - c; i++)
                        out[c + i] = x[c + i] * factor[i] + (addend ? addend[c + i] : 0);
                }
            }
        }
    }
}
