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
#define PAIR_SCORE_BF16
#include "avx512.hpp"
}  // namespace avx512bf16
#pragma clang attribute pop

const Kernel avx512Bf16Kernel = {avx512bf16::pack, avx512bf16::score, avx512bf16::gradientSteps<avx512bf16::Single>(),
    avx512bf16::gradientSteps<avx512bf16::Half>()};
}  // namespace pair_score
#endif
