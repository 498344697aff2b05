// For x86 machines with AVX-512 and its 16-bit products (VNNI); instructions.cpp asks the machine first.
#if defined(__x86_64__)
#include "problem.hpp"

#include <immintrin.h>

#pragma clang diagnostic ignored "-Wpsabi"  // wide vectors never leave this file

namespace pair_score {
#pragma clang attribute push( \
    __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), apply_to = function)
namespace avx512 {
#include "avx512.hpp"
}  // namespace avx512
#pragma clang attribute pop

const Kernel avx512Kernel = {avx512::pack, avx512::score, avx512::gradientSteps<avx512::Single>(),
    avx512::gradientSteps<avx512::Half>()};
}  // namespace pair_score
#endif
