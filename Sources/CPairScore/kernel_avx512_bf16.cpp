// For x86 machines with AVX-512, its 16-bit products (VNNI) and those of bfloat16; instructions.cpp asks the machine
// before it hands this out.
#if defined(__x86_64__)
#include "problem.hpp"

#include <immintrin.h>

#pragma clang diagnostic ignored "-Wpsabi"  // wide vectors never leave this file

namespace pair_score {
#pragma clang attribute push( \
    __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512bf16"))), apply_to = function)
namespace avx512bf16 {
typedef int32_t IntRow __attribute__((ext_vector_type(16)));
constexpr int64_t mostBlock = 12;  // rows: as many sums hide the latency of a product
constexpr int wide = 16, tileRows = 12;

inline IntRow addPairs(IntRow total, IntRow left, IntRow right) {
    return (IntRow)_mm512_dpwssd_epi32((__m512i)total, (__m512i)left, (__m512i)right);
}
#define PAIR_SCORE_BF16
#include "kernel.hpp"
}  // namespace avx512bf16
#pragma clang attribute pop

const Kernel avx512Bf16Kernel = {avx512bf16::pack, avx512bf16::score, avx512bf16::gradientSteps<avx512bf16::Single>(),
    avx512bf16::gradientSteps<avx512bf16::Half>()};
}  // namespace pair_score
#endif
