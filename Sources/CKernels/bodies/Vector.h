// Eight floats at a time, or sixteen on a path that says so, and e^x for them. Every path includes this file with its own
// instruction set switched on and LANES set: eight suit the widths of small models, and only an instruction set that can
// mask the rest of a row gains from sixteen.
#include <math.h>
#include <stdint.h>
#include <string.h>

#pragma clang fp contract(fast)

// Every function that takes a vector is inlined: no vector crosses a call.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))

typedef float Vector __attribute__((ext_vector_type(LANES)));
typedef int32_t Integers __attribute__((ext_vector_type(LANES)));
typedef float UnalignedVector __attribute__((ext_vector_type(LANES), aligned(4)));

INLINE Vector load(const float *from) { return *(const UnalignedVector *)from; }
INLINE void store(float *to, Vector value) { *(UnalignedVector *)to = value; }
INLINE Vector splat(float value) { return (Vector)(value); }

typedef float float8 __attribute__((ext_vector_type(8)));
typedef float float4 __attribute__((ext_vector_type(4)));
typedef float float2 __attribute__((ext_vector_type(2)));
typedef float UnalignedHalf __attribute__((ext_vector_type(4), aligned(4)));

// The last count < LANES floats of a row; the other lanes are `rest`.
INLINE Vector loadPart(const float *from, intptr_t count, float rest) {
#if LANES == 16
    return (Vector)_mm512_mask_loadu_ps((__m512)splat(rest), (__mmask16)((1u << count) - 1), from);
#else
    Vector value = splat(rest);
    // Four (heads of four channels) are common.
    if (count == 4) {
        value.lo = *(const UnalignedHalf *)from;
        return value;
    }
    for (intptr_t lane = 0; lane < count; lane++) value[lane] = from[lane];
    return value;
#endif
}

INLINE void storePart(float *to, Vector value, intptr_t count) {
#if LANES == 16
    _mm512_mask_storeu_ps(to, (__mmask16)((1u << count) - 1), (__m512)value);
#else
    if (count == 4) {
        *(UnalignedHalf *)to = value.lo;
        return;
    }
    for (intptr_t lane = 0; lane < count; lane++) to[lane] = value[lane];
#endif
}

// A mask of the lanes before `count`.
INLINE Integers lanesBefore(intptr_t count) {
#if LANES == 16
    const Integers lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
#else
    const Integers lanes = {0, 1, 2, 3, 4, 5, 6, 7};
#endif
    return lanes < (Integers)((int32_t)count);
}

#if LANES == 16
INLINE float8 halved(Vector v) { return v.lo + v.hi; }
INLINE float8 largerHalf(Vector v) { return v.lo > v.hi ? v.lo : v.hi; }
#else
INLINE float8 halved(Vector v) { return v; }
INLINE float8 largerHalf(Vector v) { return v; }
#endif

INLINE float sumOf(Vector v) {
    float8 eight = halved(v);
    float4 half = eight.lo + eight.hi;
    float2 quarter = half.lo + half.hi;
    return quarter.x + quarter.y;
}

INLINE Vector larger(Vector a, Vector b) { return a > b ? a : b; }

INLINE float largestOf(Vector v) {
    float8 eight = largerHalf(v);
    float4 half = eight.lo > eight.hi ? eight.lo : eight.hi;
    float2 quarter = half.lo > half.hi ? half.lo : half.hi;
    return quarter.x > quarter.y ? quarter.x : quarter.y;
}

// This must stand before any reassociation is allowed, which would merge the two parts of ln 2 and cost five digits.
// e^x within 1e-7 relative for −87 < x < 88; clamped outside; NaN stays NaN.
// x = n ln 2 + r; e^r by a polynomial of degree 6 (|r| ≤ 0.347; minimax with 1 + r fixed,
// 3e-9), times 2^n built in the exponent bits.
INLINE Vector exponential(Vector x) {
    x = x < splat(-87.0f) ? splat(-87.0f) : x;
    x = x > splat(88.0f) ? splat(88.0f) : x;
#if LANES == 16
    Vector n = (Vector)_mm512_roundscale_ps((__m512)(x * 1.44269504f), _MM_FROUND_TO_NEAREST_INT);
#else
    // The argument is positive, so truncation rounds down: no rounding instruction, which SSE2 lacks.
    Integers shifted = __builtin_convertvector(x * 1.44269504f + 128.5f, Integers);
    Vector n = __builtin_convertvector(shifted, Vector) - 128.0f;
#endif
    Vector r = x - n * 0.693359375f;
    r = r + n * 2.12194440e-4f;
    Vector p = r * 1.38144668e-3f + 8.36878042e-3f;
    p = p * r + 4.16683942e-2f;
    p = p * r + 1.66665201e-1f;
    p = p * r + 4.99999934e-1f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
#if LANES == 16
    return (Vector)_mm512_scalef_ps((__m512)p, (__m512)n);
#else
    Integers bits = (shifted - 1) << 23;
    Vector power;
    memcpy(&power, &bits, sizeof power);
    return p * power;
#endif
}
