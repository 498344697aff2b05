// For any machine: the compiler's vector extension on the instructions that every machine has.
#include "scan.hpp"

#pragma clang diagnostic ignored "-Wpsabi"  // vectors wider than the registers never leave this file

namespace vector_scan {
namespace portable {
#include "lanes.hpp"
constexpr int mostQueries = 2;
typedef int16_t Pairs __attribute__((ext_vector_type(32)));
struct Rows { Pairs first, second; };  // of each pair of codes

inline Sums start(int32_t) { return Sums(0); }
inline Rows load(const int8_t *codes) {
    const Pairs both = *reinterpret_cast<const Pairs *>(codes);
    return {both << 8 >> 8, both >> 8};
}
inline Sums add(Sums sums, const Rows &rows, int32_t quad) {
    const Pairs query = (Pairs)Sums(quad);
    // At most 2 * 127 * 127 < 2^15.
    const Sums pairs = (Sums)(rows.first * (query << 8 >> 8) + rows.second * (query >> 8));
    return sums + (pairs << 16 >> 16) + (pairs >> 16);
}
inline uint32_t above(Floats scores, float threshold) {
    uint32_t lanes = 0;
    for (int lane = 0; lane < panelRows; ++lane) lanes |= uint32_t(scores[lane] > threshold) << lane;
    return lanes;
}
#include "kernel.hpp"
}  // namespace portable

void scanPortable(const vs_block &block, const Queries &queries, Best *best) { portable::scan(block, queries, best); }
}  // namespace vector_scan
