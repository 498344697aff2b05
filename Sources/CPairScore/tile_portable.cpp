// The tile for any machine: the compiler's vector extension on the instructions that every machine has.
#include "problem.hpp"

#include <cstring>

#pragma clang diagnostic ignored "-Wpsabi"  // vectors wider than the registers never leave this file

namespace pair_score {
namespace portable {
#include "vector.hpp"
#include "product.hpp"
#include "tile.hpp"
}  // namespace portable

const Kernel portableKernel = {portable::workspaceFloats, portable::run};
}  // namespace pair_score
