// Fills a `Packed` from the tables of its items. Included inside a namespace, once for each instruction set.

template <class Number>
class Packing {
public:
    Packing(const Packed &to, const ItemTables &from)
        : to(to), from(from), H(to.heads), d(to.width), D(to.dimension), cellsOfRow(to.cells(d)),
          cells(16 * cellsOfRow + std::max(to.cells(H * to.mostFilled()), D)), line(H * to.mostFilled()) {}

    /// False if a number of the item's tables is not finite.
    bool pack(int64_t item) {
        firstRow = to.rowOffsets[item], rows = to.rows(item), filled = to.filled(item), finite = true;
        source = to.source[item], sourceRow = from.rowOffsets[source];
        for (int64_t h = 0; h < H; ++h) {
            packColumns(from.query, h, h, log2e);
            packColumns(from.unit, h, H + h, 1);
            packKeys(h);
        }
        packGram(item);
        packAttended(item);
        if (to.isFixed) strain(*to.strain.at(source));
        if (to.isImages) {
            check(from.own + source * D, D);
            std::memcpy(to.own.at(item * D), from.own + source * D, D * sizeof(float));
        }
        return finite;
    }

private:
    static constexpr float log2e = 1.44269504f;  // e^x is 2^(x log2 e)

    const Packed &to;
    const ItemTables &from;
    const int64_t H, d, D, cellsOfRow;
    const Array<uint32_t> cells;  // of up to 16 rows, or of one of the Gram matrix or of D
    const Array<float> line;      // a row of the Gram matrix, filled up to whole cells in each head
    int64_t firstRow = 0, rows = 0, filled = 0, source = 0, sourceRow = 0;
    bool finite = true;

    void check(const float *numbers, int64_t count) {
        // Zero times a number is zero, unless the number is not finite.
        Lanes total = 0.0f;
        int64_t i = 0;
        for (; i + 8 <= count; i += 8) total += load(numbers + i) * 0.0f;
        float rest = sum(total);
        for (; i < count; ++i) rest += numbers[i] * 0.0f;
        finite = finite && rest == 0;
    }

    /// The cells of row r of the `count` from `first` on, to cells[r]; returns what makes its numbers real again.
    float packRow(const float *table, int64_t h, int64_t row, int64_t r) {
        const float *numbers = table + (sourceRow + row) * D + h * d;
        check(numbers, d);
        const float factor = Number::factorOfRow(numbers, d);
        Number::putRow(cells.at(r * cellsOfRow), numbers, d, factor);
        return 1 / factor;
    }

    /// cells[r][c] to to[c * stride + r].
    void interleave(int64_t count, uint32_t *to, int64_t stride) const {
        int64_t r = 0;
        for (; r + 8 <= count; r += 8) {
            for (int64_t c = 0; c < cellsOfRow; c += 8) {
                Lanes lanes[8];
                for (int64_t i = 0; i < 8; ++i) {
                    lanes[i] = load(reinterpret_cast<const float *>(cells.at((r + i) * cellsOfRow + c)));
                }
                transpose(lanes);
                for (int64_t i = 0; i < 8 && c + i < cellsOfRow; ++i) {
                    store(reinterpret_cast<float *>(to + (c + i) * stride + r), lanes[i]);
                }
            }
        }
        for (; r < count; ++r) {
            for (int64_t c = 0; c < cellsOfRow; ++c) to[c * stride + r] = *cells.at(r * cellsOfRow + c);
        }
    }

    /// The vectors that an item's tables make are measured where all heads attend to one row: its value, in the Gram matrix,
    /// and that value through the projection, with the item's own vector where there is one.
    void strain(Strain &of) {
        of = {0, 0, 0};
        const int64_t size = H * rows;
        const float *gram = from.gram + from.gramOffsets[source];
        const float *attended = from.attended + H * sourceRow * D, *own = to.isImages ? from.own + source * D : nullptr;
        float smallestValue = __builtin_inff(), smallestVector = __builtin_inff();
        for (int64_t row = 0; row < rows; ++row) {
            const float *query = from.query + (sourceRow + row) * D, *key = from.key + (sourceRow + row) * D;
            for (int64_t h = 0; h < H; ++h) {
                of.query = std::max(of.query, dot(query + h * d, query + h * d, d));
                of.key = std::max(of.key, dot(key + h * d, key + h * d, d));
            }
            float value = 0;
            for (int64_t h = 0; h < H; ++h) {
                for (int64_t g = 0; g < H; ++g) value += gram[(h * rows + row) * size + g * rows + row];
            }
            // A value that cancels may come out below zero.
            smallestValue = std::max(std::min(smallestValue, value), 0.0f);
            float square = 0;
            for (int64_t x = 0; x < D; x += 8) {
                const int64_t count = std::min<int64_t>(D - x, 8);
                const auto lanes = [&](const float *at) { return count == 8 ? load(at) : loadPart(at, count, 0); };
                Lanes total = own ? lanes(own + x) : Lanes(0.0f);
                for (int64_t h = 0; h < H; ++h) total += lanes(attended + (h * rows + row) * D + x);
                square += sum(total * total);
            }
            smallestVector = std::min(smallestVector, square);
        }
        of.query = __builtin_sqrtf(of.query), of.key = __builtin_sqrtf(of.key);
        const float mostValue = largestMagnitude(gram, size * size), most = largestMagnitude(attended, size * D);
        of.spread = std::max(mostValue / smallestValue, most * __builtin_sqrtf(D / smallestVector));
    }

    void packColumns(const float *table, int64_t h, int64_t which, float unit) {
        for (int64_t row = 0; row < rows;) {
            const int64_t column = to.column[firstRow + row], panel = column / panelWidth, lane = column % panelWidth;
            const int64_t count = std::min(rows - row, panelWidth - lane), place = panel * 2 * H + which;
            for (int64_t r = 0; r < count; ++r) {
                *to.columnScale.at(place * panelWidth + lane + r) = unit * packRow(table, h, row + r, r);
            }
            interleave(count, to.columns.at(place * cellsOfRow * panelWidth + lane), panelWidth);
            row += count;
        }
    }

    void packKeys(int64_t h) {
        uint32_t *at = to.keys.at((firstRow * H + h * rows) * cellsOfRow);
        float *scale = to.keyScale.at(firstRow * H + h * rows);
        const int64_t blocks = blocksOf(rows);
        for (int64_t block = 0; block < blocks; ++block) {
            const int64_t first = blockStart(rows, block), count = blockStart(rows, block + 1) - first;
            for (int64_t r = 0; r < count; ++r) scale[first + r] = packRow(from.key, h, first + r, r);
            interleave(count, at, count);
            at += count * cellsOfRow;
        }
    }

    /// The quadratic form of this half is half that of the symmetric Gram matrix, for half the work: what lies below
    /// the diagonal, and half of it.
    void packGram(int64_t item) {
        const int64_t size = H * rows, blocks = blocksOf(H * filled);
        const float *gram = from.gram + from.gramOffsets[source];
        check(gram, size * size);
        const float factor = Number::factorOfTable(largestMagnitude(gram, size * size), H, rows);
        *to.gramScale.at(item) = 1 / factor;
        uint32_t *at = to.gram.at(to.gramOffsets[item]);
        for (int64_t block = 0; block < blocks; ++block) {
            const int64_t first = blockStart(H * filled, block), next = blockStart(H * filled, block + 1);
            for (int64_t j = first; j < next; ++j) {
                const int64_t head = j / filled, row = j % filled;
                if (row >= rows) continue;
                const float *numbers = gram + (head * rows + row) * size;
                for (int64_t h = 0; h <= head; ++h) {
                    std::memcpy(line.at(h * filled), numbers + h * rows, rows * sizeof(float));
                }
                *line.at(j) *= 0.5f;
                Number::putRow(cells.at(0), line.at(0), j + 1, factor);
                const int64_t count = to.cells(j + 1);
                for (int64_t c = 0; c < count; ++c) at[c * (next - first) + j - first] = *cells.at(c);
            }
            at += (next - first) * to.cells(next);
        }
    }

    void packAttended(int64_t item) {
        const float *table = from.attended + H * sourceRow * D;
        check(table, H * rows * D);
        const float factor = Number::factorOfTable(largestMagnitude(table, H * rows * D), H, rows);
        *to.attendedScale.at(item) = 1 / factor;
        uint32_t *at = to.attended.at(to.attendedOffsets[item]);
        const int64_t depth = H * to.cells(rows);
        for (int64_t p = 0; p < depth; ++p) {
            const int64_t row = p % to.cells(rows) * Number::perCell;
            const float *even = table + (p / to.cells(rows) * rows + row) * D;
            Number::putColumns(cells.at(0), even, row + 1 < rows ? even + D : nullptr, D, factor);
            // Images: D is the rows of the product, in blocks; captions: its columns, in panels.
            const int64_t blocks = to.isImages ? blocksOf(D) : (D + panelWidth - 1) / panelWidth;
            for (int64_t block = 0; block < blocks; ++block) {
                const int64_t first = to.isImages ? blockStart(D, block) : block * panelWidth;
                const int64_t next = to.isImages ? blockStart(D, block + 1) : std::min(first + panelWidth, D);
                const int64_t stride = to.isImages ? next - first : panelWidth;
                std::memcpy(at + first * depth + p * stride, cells.at(first), (next - first) * sizeof(uint32_t));
            }
        }
    }
};

template <class Number>
inline int64_t packItems(const Packed &to, const ItemTables &from, int64_t begin, int64_t end) {
    Packing<Number> packing(to, from);
    int64_t bad = to.items;
    for (int64_t item = begin; item < end; ++item) {
        if (!packing.pack(item)) bad = std::min(bad, to.source[item]);
    }
    return bad;
}

inline int64_t pack(const Packed &to, const ItemTables &from, int64_t begin, int64_t end) {
    return to.isFixed ? packItems<Fixed>(to, from, begin, end) : packItems<Real>(to, from, begin, end);
}
