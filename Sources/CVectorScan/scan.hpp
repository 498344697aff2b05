// What the parts of a scan share: prepared queries, the best rows so far, and the table of kernels.
#pragma once

#include "include/vector_scan.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

namespace vector_scan {

constexpr int64_t panelRows = VS_PANEL_ROWS;

/// Groups of four numbers that a panel has for each row.
constexpr int64_t quads(int64_t dimension) { return (dimension + 3) / 4; }

inline bool hasBit(vs_bits bits, int64_t row) { return bits[row / 64] >> (row % 64) & 1; }

/// The best rows of one query among those that were offered, in rising order of their numbers.
class Best {
public:
    Best(int64_t wanted) : wanted(wanted) { found.reserve(capacity()); }

    /// A row that scores no more than this is not among the best: equal ones with smaller numbers are there already.
    float threshold = -std::numeric_limits<float>::infinity();

    void offer(float score, int64_t row) {
        found.push_back({score, row});
        if (int64_t(found.size()) == capacity()) shrink();
    }

    static bool isBefore(const vs_found &a, const vs_found &b) {
        return a.score != b.score ? a.score > b.score : a.row < b.row;
    }

    std::vector<vs_found> found;

private:
    // Room for as many again: what is thrown out is found once for many rows.
    int64_t capacity() const { return 2 * wanted + 64; }

    void shrink() {
        std::nth_element(found.begin(), found.begin() + (wanted - 1), found.end(), isBefore);
        found.resize(wanted);
        threshold = found[wanted - 1].score;
    }

    int64_t wanted;
};

/// Queries as codes, and which rows count for each.
struct Queries {
    int64_t count, dimension;
    std::vector<int32_t> quads;    ///< [quads, count], four codes each
    std::vector<int32_t> offsets;  ///< [count] 128 times the sum of a query's codes
    std::vector<float> scales;     ///< [count]
    vs_bits live;
    const vs_bits *allowed;

    bool isWanted(int64_t query, int64_t row) const {
        return (!live || hasBit(live, row)) && (!allowed || !allowed[query] || hasBit(allowed[query], row));
    }
};

/// Offers the rows of a block to the best of each query.
typedef void (*Kernel)(const vs_block &block, const Queries &queries, Best *best);

/// The kernel of given instructions; null where the machine has none such.
Kernel kernel(vs_instructions instructions);

void scanPortable(const vs_block &block, const Queries &queries, Best *best);
#if defined(__x86_64__)
void scanAVX2(const vs_block &block, const Queries &queries, Best *best);
void scanAVX512(const vs_block &block, const Queries &queries, Best *best);
#endif

}  // namespace vector_scan
