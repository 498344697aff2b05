// One side of the pairs - images or captions - as the forward kernel reads it: every table in the order in which its
// micro-kernel meets it, so that nothing is rearranged between one pair and the next.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace pair_score {

/// Columns are dealt in panels of 16: two vectors of AVX2, one of AVX-512.
constexpr int64_t panelWidth = 16;

/// Zeros on cache lines, with room for a vector beyond the last.
template <class T>
class Array {
public:
    Array() = default;
    explicit Array(int64_t count) : count(count), memory(std::calloc(count * sizeof(T) + 2 * line, 1), std::free) {
        if (!memory) throw std::bad_alloc();
        first = reinterpret_cast<T *>(nextMultiple(line));
#if defined(__linux__)
        // Fresh and untouched still: large pages, where the system has them, make long reads some percent faster.
        if (bytes() >= 1 << 22) madvise(reinterpret_cast<void *>(nextMultiple(page)), bytes() - page, MADV_HUGEPAGE);
#endif
    }
    T *at(int64_t index) const { return first + index; }
    int64_t bytes() const { return count * sizeof(T); }

private:
    static constexpr size_t line = 64, page = 4096;
    int64_t count = 0;
    std::unique_ptr<void, void (*)(void *)> memory = {nullptr, std::free};
    T *first = nullptr;

    uintptr_t nextMultiple(size_t size) const {
        return (reinterpret_cast<uintptr_t>(memory.get()) + size - 1) / size * size;
    }
};

/// The columns of one item that lie in one panel: lanes from ..< to.
struct Segment { int64_t item, from, to; };

/// Items that are scored together, and the panels that their rows fill as columns.
struct Group { int64_t item, items, panel, panels; };

/// What an item asks of 16 bits. A row is held to 2^-15 of its length, so a logit to that share of two lengths; a table
/// to 2^-15 of its largest number, so what is made of its smaller rows to that share of the ratio.
struct Strain {
    float query, key;  // the longest rows of a head
    float spread;      // how far the largest numbers of its tables exceed the vectors that they make
};

/// Beyond either, scores may be off by more than 0.00005. Measured on a trained model of 36 regions: spreads of 250 leave
/// errors of 2e-5, of 800 5e-5, of 20,000 2e-3; logits of 250 4e-5, of 2,500 8e-5. Its own images have 22 and 23.
constexpr float mostLogit = 256, mostSpread = 256;

/// An item is an image or a caption; its rows are regions or words. As columns, rows ask (query, unit); as rows, they
/// answer (key). A cell holds one number of the depth in float32, two neighbours of it in 16 bits.
struct Packed {
    const struct Kernel *kernel;              // that arranged it and alone can read it
    int64_t items, heads, dimension, width;  // width = dimension / heads
    bool isImages, isFixed;
    int64_t perCell;                          // numbers of the depth in a cell
    std::vector<int64_t> source;              // [items] where the item stands among the caller's
    std::vector<int64_t> sourceRow;           // [items] where its rows begin among theirs
    std::vector<int64_t> rowOffsets;          // [items + 1]
    std::vector<int64_t> column;              // [rows] panel * 16 + lane
    std::vector<Group> groups;
    std::vector<Segment> segments;
    std::vector<int64_t> panelSegments;       // [panels + 1] into segments
    int64_t mostItems = 0, mostRows = 0;      // in a group; in an item

    Array<uint32_t> columns;     // [panel, query and unit, head, cells of width, 16]
    Array<float> columnScale;    // [panel, query and unit, head, 16]; of queries, to logits in base 2
    Array<uint32_t> keys;        // an item: [head, block of rows, cells of width, rows of the block]
    Array<float> keyScale;       // an item: [head, row]
    std::vector<int64_t> gramOffsets;      // [items + 1], in cells
    Array<uint32_t> gram;        // an item: half the Gram matrix, [block of rows, cells up to the diagonal, rows]
    Array<float> gramScale;      // [items]
    std::vector<int64_t> attendedOffsets;  // [items + 1], in cells
    Array<uint32_t> attended;    // images: [block of D, cells of HR, rows of the block]; captions: [D / 16, cells, 16]
    Array<float> attendedScale;  // [items]
    Array<float> own;            // images: [items, D]
    Array<Strain> strain;        // [the caller's items], in 16 bits only

    int64_t rows(int64_t item) const { return rowOffsets[item + 1] - rowOffsets[item]; }
    int64_t cells(int64_t depth) const { return (depth + perCell - 1) / perCell; }
    /// Rows of an item in one head, filled up to whole cells.
    int64_t filled(int64_t item) const { return cells(rows(item)) * perCell; }
    int64_t mostFilled() const { return cells(mostRows) * perCell; }
};

}  // namespace pair_score
