// Eight floats at a time, and e^x for them. Every path includes this file with its own instruction set switched on.
// Eight lanes on every path: the widths of small models are multiples of eight far more often than of sixteen.
#include <math.h>
#include <stdint.h>
#include <string.h>

#pragma clang fp contract(fast)

// Every function that takes a vector is inlined: no vector crosses a call.
#pragma clang diagnostic ignored "-Wpsabi"

#define LANES 8
#define INLINE static inline __attribute__((always_inline))

typedef float Vector __attribute__((ext_vector_type(LANES)));
typedef int32_t Integers __attribute__((ext_vector_type(LANES)));
typedef float UnalignedVector __attribute__((ext_vector_type(LANES), aligned(4)));

INLINE Vector load(const float *from) { return *(const UnalignedVector *)from; }
INLINE void store(float *to, Vector value) { *(UnalignedVector *)to = value; }
INLINE Vector splat(float value) { return (Vector)(value); }

typedef float float4 __attribute__((ext_vector_type(4)));
typedef float float2 __attribute__((ext_vector_type(2)));
typedef float UnalignedHalf __attribute__((ext_vector_type(4), aligned(4)));

// The last count < LANES floats of a row; the other lanes are `rest`. Four (heads of four channels) are common.
INLINE Vector loadPart(const float *from, intptr_t count, float rest) {
    Vector value = splat(rest);
    if (count == 4) {
        value.lo = *(const UnalignedHalf *)from;
        return value;
    }
    for (intptr_t lane = 0; lane < count; lane++) value[lane] = from[lane];
    return value;
}

INLINE void storePart(float *to, Vector value, intptr_t count) {
    if (count == 4) {
        *(UnalignedHalf *)to = value.lo;
        return;
    }
    for (intptr_t lane = 0; lane < count; lane++) to[lane] = value[lane];
}

INLINE float sumOf(Vector v) {
    float4 half = v.lo + v.hi;
    float2 quarter = half.lo + half.hi;
    return quarter.x + quarter.y;
}

INLINE Vector larger(Vector a, Vector b) { return a > b ? a : b; }

INLINE float largestOf(Vector v) {
    float4 half = v.lo > v.hi ? v.lo : v.hi;
    float2 quarter = half.lo > half.hi ? half.lo : half.hi;
    return quarter.x > quarter.y ? quarter.x : quarter.y;
}

// Rows become columns.
INLINE void transpose(Vector *rows) {
    Vector pairs[LANES], quads[LANES];
#pragma unroll
    for (int i = 0; i < LANES; i += 2) {
        pairs[i] = __builtin_shufflevector(rows[i], rows[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        pairs[i + 1] = __builtin_shufflevector(rows[i], rows[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
#pragma unroll
    for (int i = 0; i < LANES; i += 4) {
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

// This must stand before any reassociation is allowed, which would merge the two parts of ln 2 and cost five digits.
// e^x within 1e-7 relative for −87 < x < 88; clamped outside; NaN stays NaN.
// x = n ln 2 + r; e^r by a polynomial of degree 6 (|r| ≤ 0.347; minimax with 1 + r fixed,
// 3e-9), times 2^n built in the exponent bits.
INLINE Vector exponential(Vector x) {
    x = x < splat(-87.0f) ? splat(-87.0f) : x;
    x = x > splat(88.0f) ? splat(88.0f) : x;
    // The argument is positive, so truncation rounds down: no rounding instruction, which SSE2 lacks.
    Integers shifted = __builtin_convertvector(x * 1.44269504f + 128.5f, Integers);
    Vector n = __builtin_convertvector(shifted, Vector) - 128.0f;
    Vector r = x - n * 0.693359375f;
    r = r + n * 2.12194440e-4f;
    Vector p = r * 1.38144668e-3f + 8.36878042e-3f;
    p = p * r + 4.16683942e-2f;
    p = p * r + 1.66665201e-1f;
    p = p * r + 4.99999934e-1f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    Integers bits = (shifted - 1) << 23;
    Vector power;
    memcpy(&power, &bits, sizeof power);
    return p * power;
}
