// The choice of the path for this processor, and the floating-point mode of a thread.
#include "CKernels.h"
#include <stddef.h>
#include <string.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

extern const Kernels kernels_baseline;
#if defined(__x86_64__)
extern const Kernels kernels_v3, kernels_v4, kernels_v4_bf16;
#endif

const Kernels *kernelsNamed(const char *name) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (strcmp(name, kernels_v4_bf16.name) == 0)
        return __builtin_cpu_supports("x86-64-v4") && __builtin_cpu_supports("avx512bf16") ? &kernels_v4_bf16 : NULL;
    if (strcmp(name, kernels_v4.name) == 0) return __builtin_cpu_supports("x86-64-v4") ? &kernels_v4 : NULL;
    if (strcmp(name, kernels_v3.name) == 0) return __builtin_cpu_supports("x86-64-v3") ? &kernels_v3 : NULL;
#endif
    return strcmp(name, kernels_baseline.name) == 0 ? &kernels_baseline : NULL;
}

const Kernels *kernelsBest(void) {
    const char *names[] = {"x86-64-v4-bf16", "x86-64-v4", "x86-64-v3"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const Kernels *path = kernelsNamed(names[i]);
        if (path) return path;
    }
    return &kernels_baseline;
}

uint32_t flushDenormals(void) {
#if defined(__x86_64__)
    uint32_t word = _mm_getcsr();
    _mm_setcsr(word | 0x8040);
    return word;
#else
    return 0;
#endif
}

void restoreFloatControl(uint32_t word) {
#if defined(__x86_64__)
    _mm_setcsr(word);
#else
    (void)word;
#endif
}
