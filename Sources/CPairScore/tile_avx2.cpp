// The same tile for x86 machines with AVX2 and FMA; pair_score.cpp asks the machine before it calls this.
#if defined(__x86_64__)
#include "problem.hpp"

#include <cstring>

namespace pair_score {
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
namespace avx2 {
#include "vector.hpp"
#include "product.hpp"
#include "tile.hpp"
}  // namespace avx2
#pragma clang attribute pop

const Kernel avx2Kernel = {avx2::workspaceFloats, avx2::run};
}  // namespace pair_score
#endif
