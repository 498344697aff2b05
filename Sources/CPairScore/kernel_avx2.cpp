// For x86 machines with AVX2 and FMA; instructions.cpp asks the machine first.
#if defined(__x86_64__)
#include "problem.hpp"

#include <immintrin.h>

#pragma clang diagnostic ignored "-Wpsabi"  // wide vectors never leave this file

namespace pair_score {
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
namespace avx2 {
typedef int32_t IntRow __attribute__((ext_vector_type(16)));
constexpr int64_t mostBlock = 6;  // rows: with 2 vectors each they fill the registers
constexpr int wide = 8, tileRows = 6;

inline IntRow addPairs(IntRow total, IntRow left, IntRow right) {
    const auto one = [](auto total, auto left, auto right) {
        return _mm256_add_epi32((__m256i)total, _mm256_madd_epi16((__m256i)left, (__m256i)right));
    };
    typedef int32_t Half __attribute__((ext_vector_type(8)));
    const Half low = (Half)one(total.lo, left.lo, right.lo), high = (Half)one(total.hi, left.hi, right.hi);
    return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
#include "kernel.hpp"
}  // namespace avx2
#pragma clang attribute pop

const Kernel avx2Kernel = {avx2::pack, avx2::score, avx2::gradientSteps<avx2::Single>(),
    avx2::gradientSteps<avx2::Half>()};
}  // namespace pair_score
#endif
