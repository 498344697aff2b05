// Which instructions this machine has, and whether sizes can be computed with.
#include "problem.hpp"

namespace pair_score {
namespace {

ps_instructions best() {
#if defined(__x86_64__)
    static const ps_instructions best = [] {
        const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
        const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
            && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
            && __builtin_cpu_supports("avx512vnni");
        const bool bf16 = __builtin_cpu_supports("avx512bf16");
        return avx2 && avx512 ? (bf16 ? PS_AVX512_BF16 : PS_AVX512) : avx2 ? PS_AVX2 : PS_PORTABLE;
    }();
    return best;
#else
    return PS_PORTABLE;
#endif
}

bool fit(int64_t count, int64_t dimension, int64_t heads) {
    return count > 0 && heads > 0 && dimension > 0 && dimension % heads == 0 && dimension < 1 << 18;
}

}  // namespace

const Kernel *kernel(ps_instructions instructions) {
    if (instructions == PS_BEST) instructions = best();
    if (instructions < PS_PORTABLE || instructions > best()) return nullptr;
#if defined(__x86_64__)
    if (instructions == PS_AVX512_BF16) return &avx512Bf16Kernel;
    if (instructions == PS_AVX512) return &avx512Kernel;
    if (instructions == PS_AVX2) return &avx2Kernel;
#endif
    return &portableKernel;
}

bool isSound(const ps_images &images) { return fit(images.count, images.dimension, images.heads) && images.regions > 0; }

bool isSound(const ps_texts &texts) {
    if (!fit(texts.count, texts.dimension, texts.heads) || !texts.offsets || texts.offsets[0] != 0) return false;
    for (int64_t caption = 0; caption < texts.count; ++caption) {
        if (texts.offsets[caption + 1] <= texts.offsets[caption]) return false;
    }
    return true;
}

}  // namespace pair_score

ps_instructions ps_best_instructions(void) { return pair_score::best(); }
