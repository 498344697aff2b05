// One side of the pairs - images or captions - as the forward kernel reads it: every table in the order in which its
// micro-kernel meets it, so that nothing is rearranged between one pair and the next.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>
#include <vector>

namespace pair_score {

/// Columns are dealt in panels of 16: two vectors of AVX2, one of AVX-512.
constexpr int64_t panelWidth = 16;

/// Zeroed memory on cache lines.
template <class T>
class Array {
public:
    Array() = default;
    explicit Array(int64_t count) : memory(allocate(count)) {}
    Array(Array &&other) noexcept : memory(other.memory) { other.memory = nullptr; }
    Array &operator=(Array &&other) noexcept {
        std::swap(memory, other.memory);
        return *this;
    }
    ~Array() { std::free(memory); }
    T *at(int64_t index) const { return memory + index; }

private:
    T *memory = nullptr;

    static T *allocate(int64_t count) {
        const size_t bytes = (count * sizeof(T) + 127) / 64 * 64;
        void *memory = std::aligned_alloc(64, bytes);
        if (!memory) throw std::bad_alloc();
        return static_cast<T *>(std::memset(memory, 0, bytes));
    }
};

/// The columns of one item that lie in one panel: lanes from ..< to.
struct Segment { int64_t item, from, to; };

/// Items that are scored together, and the panels that their rows fill as columns.
struct Group { int64_t item, items, panel, panels; };

/// An item is an image or a caption; its rows are regions or words. As columns, rows ask (query, unit); as rows, they
/// answer (key). A cell holds one number of the depth in float32, two neighbours of it in 16 bits.
struct Packed {
    int64_t items, heads, dimension, width;  // width = dimension / heads
    bool isImages, isFixed;
    int64_t perCell;                          // numbers of the depth in a cell
    std::vector<int64_t> source;              // [items] where the item stands among the caller's
    std::vector<int64_t> rowOffsets;          // [items + 1]
    std::vector<int64_t> column;              // [rows] panel * 16 + lane
    std::vector<Group> groups;
    std::vector<Segment> segments;
    std::vector<int64_t> panelSegments;       // [panels + 1] into segments
    int64_t mostItems = 0, mostRows = 0;      // in a group; in an item

    Array<uint32_t> columns;     // [panel, query and unit, head, cells of width, 16]
    Array<float> columnScale;    // [panel, query and unit, head, 16]
    Array<uint32_t> keys;        // an item: [head, block of rows, cells of width, rows of the block]
    Array<float> keyScale;       // an item: [head, row]
    std::vector<int64_t> gramOffsets;      // [items + 1], in cells
    Array<uint32_t> gram;        // an item: half the Gram matrix, [block of rows, cells up to the diagonal, rows]
    Array<float> gramScale;      // [items]
    std::vector<int64_t> attendedOffsets;  // [items + 1], in cells
    Array<uint32_t> attended;    // images: [block of D, cells of HR, rows of the block]; captions: [D / 16, cells, 16]
    Array<float> attendedScale;  // [items]
    Array<float> own;            // images: [items, D]

    int64_t rows(int64_t item) const { return rowOffsets[item + 1] - rowOffsets[item]; }
    int64_t cells(int64_t depth) const { return (depth + perCell - 1) / perCell; }
    /// Rows of an item in one head, filled up to whole cells.
    int64_t filled(int64_t item) const { return cells(rows(item)) * perCell; }
    int64_t mostFilled() const { return cells(mostRows) * perCell; }
};

}  // namespace pair_score
