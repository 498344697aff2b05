// Fills a `Packed` from the tables of its items. Included inside a namespace, once for each instruction set.

template <class Number>
class Packing {
public:
    Packing(const Packed &to, const ItemTables &from) : to(to), from(from), H(to.heads), d(to.width), D(to.dimension) {}

    /// False if a number of the item's tables is not finite.
    bool pack(int64_t item) {
        firstRow = to.rowOffsets[item], rows = to.rows(item), filled = to.filled(item), finite = true;
        source = to.source[item], sourceRow = from.rowOffsets[source];
        const int64_t cells = to.cells(d);
        for (int64_t row = 0; row < rows; ++row) {
            const int64_t place = (sourceRow + row) * D, column = to.column[firstRow + row];
            for (int64_t h = 0; h < H; ++h) {
                packColumn(from.query + place + h * d, column, h);
                packColumn(from.unit + place + h * d, column, H + h);
            }
        }
        for (int64_t h = 0; h < H; ++h) {
            packKeys(h, to.keys.at((firstRow * H + h * rows) * cells), to.keyScale.at(firstRow * H + h * rows));
        }
        packGram(item);
        packAttended(item);
        if (to.isImages) {
            check(from.own + source * D, D);
            std::memcpy(to.own.at(item * D), from.own + source * D, D * sizeof(float));
        }
        return finite;
    }

private:
    const Packed &to;
    const ItemTables &from;
    const int64_t H, d, D;
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

    static void put(uint32_t *cells, int64_t stride, const float *row, int64_t count, float factor) {
        for (int64_t p = 0; p < count; ++p) {
            Number::put(cells + p / Number::perCell * stride, p % Number::perCell, row[p] * factor);
        }
    }

    void packColumn(const float *row, int64_t column, int64_t which) {
        const int64_t panel = column / panelWidth, lane = column % panelWidth, place = panel * 2 * H + which;
        check(row, d);
        const float factor = Number::factorOfRow(row, d);
        put(to.columns.at(place * to.cells(d) * panelWidth + lane), panelWidth, row, d, factor);
        *to.columnScale.at(place * panelWidth + lane) = 1 / factor;
    }

    void packKeys(int64_t h, uint32_t *cells, float *scale) {
        const int64_t blocks = blocksOf(rows);
        for (int64_t block = 0; block < blocks; ++block) {
            const int64_t first = blockStart(rows, block), count = blockStart(rows, block + 1) - first;
            for (int64_t r = 0; r < count; ++r) {
                const float *row = from.key + (sourceRow + first + r) * D + h * d;
                check(row, d);
                const float factor = Number::factorOfRow(row, d);
                put(cells + r, count, row, d, factor);
                scale[first + r] = 1 / factor;
            }
            cells += count * to.cells(d);
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
        uint32_t *cells = to.gram.at(to.gramOffsets[item]);
        for (int64_t block = 0; block < blocks; ++block) {
            const int64_t first = blockStart(H * filled, block), next = blockStart(H * filled, block + 1);
            for (int64_t j = first; j < next; ++j) {
                const int64_t row = j % filled;
                if (row >= rows) continue;
                const float *from = gram + (j / filled * rows + row) * size;
                for (int64_t h = 0; h <= j / filled; ++h) {
                    for (int64_t r = 0; r < rows && h * filled + r <= j; ++r) {
                        const int64_t p = h * filled + r;
                        Number::put(cells + p / Number::perCell * (next - first) + j - first, p % Number::perCell,
                                    from[h * rows + r] * (p == j ? 0.5f * factor : factor));
                    }
                }
            }
            cells += (next - first) * to.cells(next);
        }
    }

    void packAttended(int64_t item) {
        const int64_t size = H * rows, cells = H * to.cells(rows);
        const float *table = from.attended + H * sourceRow * D;
        check(table, size * D);
        const float factor = Number::factorOfTable(largestMagnitude(table, size * D), H, rows);
        *to.attendedScale.at(item) = 1 / factor;
        uint32_t *at = to.attended.at(to.attendedOffsets[item]);
        // Images: D is the rows of the product, in blocks; captions: its columns, in panels.
        const int64_t blocks = to.isImages ? blocksOf(D) : (D + panelWidth - 1) / panelWidth;
        for (int64_t block = 0; block < blocks; ++block) {
            const int64_t first = to.isImages ? blockStart(D, block) : block * panelWidth;
            const int64_t next = to.isImages ? blockStart(D, block + 1) : std::min(first + panelWidth, D);
            const int64_t stride = to.isImages ? next - first : panelWidth;
            for (int64_t row = 0; row < size; ++row) {
                const int64_t p = row / rows * filled + row % rows;
                uint32_t *cell = at + p / Number::perCell * stride;
                for (int64_t x = first; x < next; ++x) {
                    Number::put(cell + x - first, p % Number::perCell, table[row * D + x] * factor);
                }
            }
            at += cells * stride;
        }
    }
};

inline bool pack(const Packed &to, const ItemTables &from, int64_t item) {
    return to.isFixed ? Packing<Fixed>(to, from).pack(item) : Packing<Real>(to, from).pack(item);
}
