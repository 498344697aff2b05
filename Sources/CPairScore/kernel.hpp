// All code of one instruction set. Included inside a namespace after `addPairs` and `mostBlock` are defined there.
#include "vector.hpp"
#include "product.hpp"
#include "arithmetic.hpp"

constexpr float smallestSquare = 1e-12f;  // of the length of an attended vector
constexpr float smallestNorm = 1e-8f;     // of a global vector

/// Captions whose attended images are compared at once.
constexpr int64_t globalCaptions = 256;

#include "tile.hpp"
#include "global_gradient.hpp"
#include "local_gradient.hpp"
#include "gradient_steps.hpp"
#include "forward.hpp"
#include "pack.hpp"
