// Which instructions this machine has.
#include "scan.hpp"

namespace vector_scan {

Kernel kernel(vs_instructions instructions) {
    if (instructions == VS_BEST) instructions = vs_best_instructions();
    if (instructions < VS_PORTABLE || instructions > vs_best_instructions()) return nullptr;
#if defined(__x86_64__)
    if (instructions == VS_AVX512_VNNI) return scanAVX512;
    if (instructions == VS_AVX2) return scanAVX2;
#endif
    return scanPortable;
}

}  // namespace vector_scan

vs_instructions vs_best_instructions(void) {
#if defined(__x86_64__)
    static const vs_instructions best = [] {
        const bool avx2 = __builtin_cpu_supports("avx2");
        const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
            && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
            && __builtin_cpu_supports("avx512vnni");
        return avx2 && avx512 ? VS_AVX512_VNNI : avx2 ? VS_AVX2 : VS_PORTABLE;
    }();
    return best;
#else
    return VS_PORTABLE;
#endif
}
