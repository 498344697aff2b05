// For any machine: the compiler's vector extension on the instructions that every machine has.
#include "problem.hpp"

#pragma clang diagnostic ignored "-Wpsabi"  // vectors wider than the registers never leave this file

namespace pair_score {
namespace portable {
typedef int32_t IntRow __attribute__((ext_vector_type(16)));
constexpr int64_t mostBlock = 4;
constexpr int wide = 8, tileRows = 6;

inline IntRow addPairs(IntRow total, IntRow left, IntRow right) {
    return total + (left << 16 >> 16) * (right << 16 >> 16) + (left >> 16) * (right >> 16);
}
#include "kernel.hpp"
}  // namespace portable

const Kernel portableKernel = {portable::pack, portable::score, portable::gradientSteps<portable::Single>(),
    portable::gradientSteps<portable::Half>()};
}  // namespace pair_score
