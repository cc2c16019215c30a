// Matrix products in fp32, and with operands rounded to bf16 and sums in fp32. A tile of rows by up to four vectors of
// columns stays in registers over the inner loop: its rows for one to four vectors are TILE_ROWS_1 … TILE_ROWS_4, enough
// to keep the multipliers busy (0: never that wide). With more than eight a causal product would leave out less of what is
// not seen. Panels of b (inner × up to 32 or 64 columns) are copied to the stack when they need a transpose, padding,
// rounding or reuse.
//
// In bf16 both operands are copied as pairs (Pairs.h), and inner indices count pairs in every function with `pairs`.

#define PANEL ((TILE_ROWS_4 ? 4 : TILE_ROWS_3 ? 3 : 2) * LANES)
#define INNER_BLOCK 128
#define UNLIMITED (INTPTR_MAX / 4)

// Columns that a product with `count` columns reads of a panel: whole vectors, and where a vector is sixteen numbers half
// of one for a rest of at most eight, which heads and models of 4, 8 and 24 channels have.
INLINE intptr_t columnsRead(intptr_t count) {
    intptr_t rest = count % LANES;
    int isHalf = LANES == 16 && count < 2 * LANES && rest >= 1 && rest <= 8;
    return isHalf ? count - rest + 8 : (count + LANES - 1) / LANES * LANES;
}

// One tile: out = a·b (+ bias) (+ addend), over `vectors` vectors of columns and, with `half`, up to eight more columns.
// a's element (row, k) is a[row·aRow + k·aInner].
INLINE void productTile(const int pairs, const int tileRows, const int vectors, const int half, float *out,
                        intptr_t outStride, const float *a, intptr_t aRow, intptr_t aInner, const float *b,
                        intptr_t bStride, intptr_t inner, const float *bias, const float *addend,
                        intptr_t addendStride, intptr_t columns) {
    Vector sums[TILE_ROWS_1][4];
    Octet halves[TILE_ROWS_1];
#pragma unroll
    for (int row = 0; row < tileRows; row++) {
        halves[row] = (Octet)(0);
#pragma unroll
        for (int v = 0; v < vectors; v++) sums[row][v] = splat(0);
    }
    for (intptr_t k = 0; k < inner; k++, b += bStride) {
        Vector right[4];
#pragma unroll
        for (int v = 0; v < vectors; v++) right[v] = load(b + v * LANES);
        Octet rightHalf = half ? loadOctet(b + vectors * LANES) : (Octet)(0);
#pragma unroll
        for (int row = 0; row < tileRows; row++) {
            float number = a[row * aRow + k * aInner];
            Vector left = splat(number);
#pragma unroll
            for (int v = 0; v < vectors; v++)
                sums[row][v] = pairs ? addPair(sums[row][v], right[v], left) : sums[row][v] + left * right[v];
            Octet leftHalf = (Octet)(number), sum = halves[row];
            if (half) halves[row] = pairs ? addOctetPair(sum, rightHalf, leftHalf) : sum + leftHalf * rightHalf;
        }
    }
#pragma unroll
    for (int row = 0; row < tileRows; row++, out += outStride, addend += addend ? addendStride : 0) {
#pragma unroll
        for (int v = 0; v < vectors; v++) {
            intptr_t place = v * LANES, left = columns - place;
            Vector sum = sums[row][v];
            if (left >= LANES) {
                if (bias) sum += load(bias + place);
                if (addend) sum += load(addend + place);
                store(out + place, sum);
            } else {
                if (bias) sum += loadPart(bias + place, left, 0);
                if (addend) sum += loadPart(addend + place, left, 0);
                storePart(out + place, sum, left);
            }
        }
        if (half) {
            intptr_t place = vectors * LANES, left = columns - place;
            Octet sum = halves[row];
            if (bias) sum += loadOctetPart(bias + place, left);
            if (addend) sum += loadOctetPart(addend + place, left);
            storeOctetPart(out + place, sum, left);
        }
    }
}

// All rows against one panel of columns. Causal products skip what is known to be zero: rows row ..< row + n use only the
// inner numbers from row − skipsBefore up to row + n + endsAfter.
INLINE void productPanel(const int pairs, const int tileRows, const int vectors, const int half, float *out,
                         intptr_t outStride, const float *a, intptr_t aRow, intptr_t aInner, const float *b,
                         intptr_t bStride, intptr_t inner, const float *bias, const float *addend,
                         intptr_t addendStride, intptr_t rows, intptr_t columns, intptr_t skipsBefore,
                         intptr_t endsAfter) {
    intptr_t row = 0;
#define TILE(count)                                                                                                   \
    do {                                                                                                              \
        intptr_t begin = row > skipsBefore ? row - skipsBefore : 0;                                                   \
        intptr_t end = row + count + endsAfter;                                                                       \
        if (pairs) begin /= 2, end = (end + 1) / 2;                                                                   \
        end = end < inner ? end : inner;                                                                              \
        productTile(pairs, count, vectors, half, out + row * outStride, outStride, a + row * aRow + begin * aInner,   \
                    aRow, aInner, b + begin * bStride, bStride, end - begin, bias,                                    \
                    addend ? addend + row * addendStride : addend, addendStride, columns);                            \
    } while (0)
    for (; row + tileRows <= rows; row += tileRows) TILE(tileRows);
    for (; tileRows > 4 && row + 4 <= rows; row += 4) TILE(4);
    for (; row < rows; row++) TILE(1);
#undef TILE
}

INLINE void productPanels(const int pairs, float *out, intptr_t outStride, const float *a, intptr_t aRow,
                          intptr_t aInner, const float *b, intptr_t bStride, intptr_t inner, const float *bias,
                          const float *addend, intptr_t addendStride, intptr_t rows, intptr_t columns,
                          intptr_t skipsBefore, intptr_t endsAfter) {
#define PRODUCT(tileRows, vectors, half)                                                                              \
    productPanel(pairs, tileRows, vectors, half, out, outStride, a, aRow, aInner, b, bStride, inner, bias, addend,    \
                 addendStride, rows, columns, skipsBefore, endsAfter)
    const int hasHalves = LANES == 16;
    intptr_t read = columnsRead(columns);
    if (hasHalves && read == LANES / 2) PRODUCT(TILE_ROWS_1, 0, 1);
    else if (hasHalves && read == LANES + LANES / 2) PRODUCT(TILE_ROWS_2, 1, 1);
    else if (TILE_ROWS_4 && read == 4 * LANES) PRODUCT(TILE_ROWS_4, 4, 0);
    else if (TILE_ROWS_3 && read == 3 * LANES) PRODUCT(TILE_ROWS_3, 3, 0);
    else if (read == 2 * LANES) PRODUCT(TILE_ROWS_2, 2, 0);
    else PRODUCT(TILE_ROWS_1, 1, 0);
#undef PRODUCT
}

// packed[k·width + c] = b[k·stride + c] over whole vectors. Their number is known, or the compiler would call memmove for
// every row.
INLINE void packVectors(const int vectors, float *packed, intptr_t width, const float *b, intptr_t stride,
                        intptr_t inner) {
    for (intptr_t k = 0; k < inner; k++, packed += width, b += stride)
#pragma unroll
        for (int v = 0; v < vectors; v++) store(packed + v * LANES, load(b + v * LANES));
}

// packed[k·width + c] = b[k·stride + c], zero from `columns` up to `width`.
INLINE void packPanel(float *packed, intptr_t width, const float *b, intptr_t stride, intptr_t inner,
                      intptr_t columns) {
    intptr_t whole = columns - columns % LANES, rest = columns % LANES;
    if (whole == 4 * LANES) packVectors(4, packed, width, b, stride, inner);
    else if (whole == 3 * LANES) packVectors(3, packed, width, b, stride, inner);
    else if (whole == 2 * LANES) packVectors(2, packed, width, b, stride, inner);
    else if (whole == LANES) packVectors(1, packed, width, b, stride, inner);
    for (intptr_t k = 0; rest && k < inner; k++) {
        float *to = packed + k * width + whole;
        const float *from = b + k * stride + whole;
        if (width - whole == LANES) store(to, loadPart(from, rest, 0));
        else storeOctet(to, loadOctetPart(from, rest));
    }
}

// packed[k·width + c] = b[c·stride + k], zero from `columns` up to `width`: 8 × 8 squares turned in registers.
INLINE void packPanelTransposed(float *packed, intptr_t width, const float *b, intptr_t stride, intptr_t inner,
                                intptr_t columns) {
    for (intptr_t c = 0; c < width; c += 8, packed += 8, b += 8 * stride) {
        intptr_t left = columns - c, k = 0;
        for (; left <= 0 && k < inner; k++) storeOctet(packed + k * width, (Octet)(0));
        for (; left >= 8 && k + 8 <= inner; k += 8) {
            Octet square[8];
#pragma unroll
            for (int i = 0; i < 8; i++) square[i] = loadOctet(b + i * stride + k);
            transpose(square);
#pragma unroll
            for (int i = 0; i < 8; i++) storeOctet(packed + (k + i) * width, square[i]);
        }
        for (; k < inner; k++)
            for (intptr_t i = 0; i < 8; i++) packed[k * width + i] = i < left ? b[i * stride + k] : 0;
    }
}

// Columns of the next panel. Four vectors leave no narrow rest only if they divide what is left; else three are best.
INLINE intptr_t panelColumns(intptr_t left) {
    if (left <= PANEL) return left;
    return PANEL == 4 * LANES && left % PANEL != 0 ? 3 * LANES : PANEL;
}

// The same for the keys of a causal product. All queries see the keys before the first of them; for later keys narrow
// panels leave out more of what is not seen.
INLINE intptr_t causalPanelColumns(intptr_t left, intptr_t key, intptr_t firstQuery) {
    if (firstQuery == NOT_CAUSAL || key + PANEL <= firstQuery) return panelColumns(left);
    return left < LANES ? left : LANES;
}

// MARK: Products in fp32

static void multiply(float *out, const float *a, const float *b, const float *bias, const float *addend,
                     intptr_t rows, intptr_t inner, intptr_t columns, intptr_t outStride, intptr_t aStride,
                     intptr_t bStride, intptr_t addendStride, intptr_t firstQuery) {
    float packed[INNER_BLOCK * PANEL] __attribute__((aligned(64)));
    for (intptr_t k = 0; k < inner; k += INNER_BLOCK) {
        intptr_t block = inner - k < INNER_BLOCK ? inner - k : INNER_BLOCK;
        for (intptr_t c = 0, count; c < columns; c += count) {
            count = panelColumns(columns - c);
            intptr_t width = columnsRead(count);
            packPanel(packed, width, b + k * bStride + c, bStride, block, count);
            const float *start = k ? out : addend;
            productPanels(0, out + c, outStride, a + k, aStride, 1, packed, width, block, k || !bias ? NULL : bias + c,
                          start ? start + c : NULL, k ? outStride : addendStride, rows, count, UNLIMITED,
                          firstQuery == NOT_CAUSAL ? UNLIMITED : firstQuery - k);
        }
    }
}

static void multiplyTransposed(float *out, const float *a, const float *b, intptr_t rows, intptr_t inner,
                               intptr_t columns, intptr_t outStride, intptr_t aStride, intptr_t bStride,
                               intptr_t firstQuery) {
    float packed[INNER_BLOCK * PANEL] __attribute__((aligned(64)));
    for (intptr_t k = 0; k < inner; k += INNER_BLOCK) {
        intptr_t block = inner - k < INNER_BLOCK ? inner - k : INNER_BLOCK;
        for (intptr_t c = 0, count; c < columns; c += count) {
            count = causalPanelColumns(columns - c, c, firstQuery);
            intptr_t width = columnsRead(count);
            // Queries before key c see none of this panel.
            intptr_t skip = firstQuery != NOT_CAUSAL && c > firstQuery ? c - firstQuery : 0;
            packPanelTransposed(packed, width, b + c * bStride + k, bStride, block, count);
            float *corner = out + skip * outStride + c;
            productPanels(0, corner, outStride, a + skip * aStride + k, aStride, 1, packed, width, block, NULL,
                          k ? corner : NULL, outStride, rows - skip, count, UNLIMITED, UNLIMITED);
        }
    }
}

static void multiplyOuter(float *out, const float *a, const float *b, int adds, intptr_t rows, intptr_t inner,
                          intptr_t columns, intptr_t outStride, intptr_t aStride, intptr_t bStride,
                          intptr_t firstQuery) {
    float packed[INNER_BLOCK * PANEL] __attribute__((aligned(64)));
    for (intptr_t k = 0; k < inner; k += INNER_BLOCK) {
        intptr_t block = inner - k < INNER_BLOCK ? inner - k : INNER_BLOCK;
        for (intptr_t c = 0, count; c < columns; c += count) {
            count = panelColumns(columns - c);
            intptr_t width = columnsRead(count), stride = bStride;
            const float *panel = b + k * bStride + c;
            // Rows far apart fall into the same few cache sets.
            if (width != count || bStride >= 512) {
                packPanel(packed, width, panel, bStride, block, count);
                panel = packed;
                stride = width;
            }
            productPanels(0, out + c, outStride, a + k * aStride, 1, aStride, panel, stride, block, NULL,
                          adds || k ? out + c : NULL, outStride, rows, count,
                          firstQuery == NOT_CAUSAL ? UNLIMITED : firstQuery + k, UNLIMITED);
        }
    }
}

// MARK: Products in bf16

// A block of a (up to BF16_ROWS rows × BF16_INNER inner numbers) is rounded once and meets every panel of b. Blocks have
// the same bounds on every path, so that sums have the same bits.
#define BF16_ROWS 512
#define BF16_INNER 256
#define BF16_PAIRS (BF16_INNER / 2)

// Calls PRODUCT for every block (rows r ..< r + height, inner numbers k ..< k + block in `pairs` pairs) and panel (COUNT
// columns c ..< c + count in `width`), after ROUND_A and ROUND_B have filled `scratch` and `panel`.
#define FOR_EACH_BF16_BLOCK(COUNT, ROUND_A, ROUND_B, PRODUCT)                                                         \
    float panel[BF16_PAIRS * PANEL] __attribute__((aligned(64)));                                                     \
    for (intptr_t r = 0; r < rows; r += BF16_ROWS)                                                                    \
        for (intptr_t k = 0; k < inner; k += BF16_INNER) {                                                            \
            intptr_t height = rows - r < BF16_ROWS ? rows - r : BF16_ROWS;                                            \
            intptr_t block = inner - k < BF16_INNER ? inner - k : BF16_INNER, pairs = (block + 1) / 2;                \
            ROUND_A;                                                                                                  \
            for (intptr_t c = 0, count; c < columns; c += count) {                                                    \
                count = COUNT;                                                                                        \
                intptr_t width = columnsRead(count);                                                                  \
                ROUND_B;                                                                                              \
                PRODUCT;                                                                                              \
            }                                                                                                         \
        }

// scratch[row·BF16_PAIRS + p]: the pairs along the rows of a.
INLINE void roundRows(float *scratch, const float *a, intptr_t stride, intptr_t rows, intptr_t inner) {
    for (intptr_t row = 0; row < rows; row++) pairRow(scratch + row * BF16_PAIRS, a + row * stride, inner);
}

static void multiplyBF16(float *out, const float *a, const float *b, const float *bias, const float *addend,
                         intptr_t rows, intptr_t inner, intptr_t columns, intptr_t outStride, intptr_t aStride,
                         intptr_t bStride, intptr_t addendStride, intptr_t firstQuery, float *scratch) {
    FOR_EACH_BF16_BLOCK(
        panelColumns(columns - c),
        roundRows(scratch, a + r * aStride + k, aStride, height, block),
        pairRows(panel, width, b + k * bStride + c, bStride, block, count), {
            const float *start = k ? out : addend;
            intptr_t startStride = k ? outStride : addendStride;
            productPanels(1, out + r * outStride + c, outStride, scratch, BF16_PAIRS, 1, panel, width, pairs,
                          k || !bias ? NULL : bias + c, start ? start + r * startStride + c : NULL, startStride, height,
                          count, UNLIMITED, firstQuery == NOT_CAUSAL ? UNLIMITED : firstQuery + r - k);
        })
}

static void multiplyTransposedBF16(float *out, const float *a, const float *b, intptr_t rows, intptr_t inner,
                                   intptr_t columns, intptr_t outStride, intptr_t aStride, intptr_t bStride,
                                   intptr_t firstQuery, float *scratch) {
    FOR_EACH_BF16_BLOCK(
        causalPanelColumns(columns - c, c, firstQuery == NOT_CAUSAL ? NOT_CAUSAL : firstQuery + r),
        roundRows(scratch, a + r * aStride + k, aStride, height, block),
        pairRowsTransposed(panel, width, b + c * bStride + k, bStride, block, count), {
            // Queries before key c see none of this panel.
            intptr_t skip = firstQuery != NOT_CAUSAL && c > firstQuery + r ? c - firstQuery - r : 0;
            if (skip < height) {
                float *corner = out + (r + skip) * outStride + c;
                productPanels(1, corner, outStride, scratch + skip * BF16_PAIRS, BF16_PAIRS, 1, panel, width, pairs,
                              NULL, k ? corner : NULL, outStride, height - skip, count, UNLIMITED, UNLIMITED);
            }
        })
}

static void multiplyOuterBF16(float *out, const float *a, const float *b, int adds, intptr_t rows, intptr_t inner,
                              intptr_t columns, intptr_t outStride, intptr_t aStride, intptr_t bStride,
                              intptr_t firstQuery, float *scratch) {
    // Rows of pairs are a vector longer than they need be, so that they fall into different cache sets.
    const intptr_t stride = ((rows < BF16_ROWS ? rows : BF16_ROWS) + 15) / 16 * 16 + 16;
    FOR_EACH_BF16_BLOCK(
        panelColumns(columns - c),
        pairRows(scratch, stride, a + k * aStride + r, aStride, block, height),
        pairRows(panel, width, b + k * bStride + c, bStride, block, count), {
            float *corner = out + r * outStride + c;
            productPanels(1, corner, outStride, scratch, 1, stride, panel, width, pairs, NULL,
                          adds || k ? corner : NULL, outStride, height, count,
                          firstQuery == NOT_CAUSAL ? UNLIMITED : firstQuery + k - r, UNLIMITED);
        })
}
