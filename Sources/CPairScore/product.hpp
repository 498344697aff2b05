// Matrix product for the shapes of the pair score. Included inside a namespace, once for each instruction set.
// Every element is one running sum over the depth in order, so it does not depend on where it lies in the matrix.

struct Left { const float *at; int64_t row, step; };      // (m, p) is at[m * row + p * step]
struct Right { const float *at; int64_t step, column; };  // (p, n) is at[p * step + n * column]; one stride is 1
struct Target { float *at; int64_t row; bool add; };

/// The right side is copied into panels of 16 columns, [depth][16]: a tile of 6 rows x 2 vectors fills the registers.
/// As many panels as stay in the second-level cache are copied at once, for long reads are much faster than short ones.
constexpr int64_t panelFloats = 32 * 1024;

inline int64_t panelSpace(int64_t depth) { return depth * panelWidth > panelFloats ? depth * panelWidth : panelFloats; }

/// rows[i][j] becomes rows[j][i]: three perfect shuffles.
inline void transpose(Lanes (&rows)[8]) {
    for (int round = 0; round < 3; ++round) {
        Lanes shuffled[8];
        for (int i = 0; i < 4; ++i) {
            shuffled[2 * i] = __builtin_shufflevector(rows[i], rows[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
            shuffled[2 * i + 1] = __builtin_shufflevector(rows[i], rows[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
        }
        for (int i = 0; i < 8; ++i) rows[i] = shuffled[i];
    }
}

/// One vector of columns, of which `count` exist, to to[depth][width]; the others are zero.
inline void packVector(Right from, int64_t count, int64_t depth, float *to, int64_t width) {
    int64_t p = 0;
    if (from.step == 1 && count >= 8) {
        for (; p + 8 <= depth; p += 8) {
            Lanes rows[8];
            for (int n = 0; n < 8; ++n) rows[n] = load(from.at + n * from.column + p);
            transpose(rows);
            for (int q = 0; q < 8; ++q) store(to + (p + q) * width, rows[q]);
        }
    }
    for (; p < depth; ++p) {
        for (int64_t n = 0; n < 8; ++n) to[p * width + n] = n < count ? from.at[p * from.step + n * from.column] : 0;
    }
}

/// Copies `columns` columns to panels; a last panel of at most 8 columns is [depth][8].
inline void pack(Right from, int64_t columns, int64_t depth, float *panel) {
    int64_t first = 0;
    if (from.column == 1) {
        first = columns / panelWidth * panelWidth;
        for (int64_t p = 0; p < depth; ++p) {
            const float *at = from.at + p * from.step;
            for (int64_t n = 0; n < first; n += panelWidth) {
                store(panel + n * depth + p * panelWidth, load(at + n));
                store(panel + n * depth + p * panelWidth + 8, load(at + n + 8));
            }
        }
    }
    for (int64_t n = first; n < columns; n += 8) {
        const int64_t half = n % panelWidth, width = half == 0 && columns - n <= 8 ? 8 : panelWidth;
        packVector({from.at + n * from.column, from.step, from.column}, columns - n, depth,
                   panel + (n - half) * depth + half, width);
    }
}

/// Out of line, for it is rare and long.
__attribute__((noinline)) inline void writePart(float *to, int64_t count, const Lanes *value, bool add) {
    storePart(to, count, add ? loadPart(to, count, 0) + *value : *value);
}

template <int R, int V>
void multiplyTile(int64_t depth, Left left, const float *panel, Target target, int64_t columns) {
    for (int r = 0; r < R; ++r) __builtin_prefetch(target.at + r * target.row, 1);
    Lanes total[R][V] = {};
    const Lanes *right = reinterpret_cast<const Lanes *>(panel);
#pragma clang loop unroll_count(4)
    for (int64_t p = 0; p < depth; ++p, right += V, left.at += left.step) {
#pragma clang loop unroll(full)
        for (int r = 0; r < R; ++r) {
            const Lanes factor = left.at[r * left.row];
#pragma clang loop unroll(full)
            for (int v = 0; v < V; ++v) total[r][v] += factor * right[v];
        }
    }
    // Unrolled in full here too: a loop would keep the totals in memory, above as well.
#pragma clang loop unroll(full)
    for (int r = 0; r < R; ++r) {
        float *to = target.at + r * target.row;
#pragma clang loop unroll(full)
        for (int v = 0; v < V; ++v) {
            if (columns >= 8 * v + 8) {
                store(to + 8 * v, target.add ? load(to + 8 * v) + total[r][v] : total[r][v]);
            } else {
                const Lanes value = total[r][v];
                writePart(to + 8 * v, columns - 8 * v, &value, target.add);
            }
        }
    }
}

template <int R, int V>
void multiplyRows(int64_t rows, int64_t depth, Left left, const float *panel, Target target, int64_t columns) {
    if (rows == R) return multiplyTile<R, V>(depth, left, panel, target, columns);
    if constexpr (R > 1) multiplyRows<R - 1, V>(rows, depth, left, panel, target, columns);
}

/// One panel of columns: the rows are split as evenly as possible, for short tiles are slow.
template <int V>
void multiplyPanel(int64_t rows, int64_t depth, Left left, const float *panel, Target target, int64_t columns) {
    constexpr int most = V == 2 ? 6 : 8;
    const int64_t tiles = (rows + most - 1) / most;
    for (int64_t tile = 0, first = 0; tile < tiles; ++tile) {
        const int64_t next = rows * (tile + 1) / tiles;
        multiplyRows<most, V>(next - first, depth, {left.at + first * left.row, left.row, left.step}, panel,
                              {target.at + first * target.row, target.row, target.add}, columns);
        first = next;
    }
}

/// target [rows, columns] = (or +=) left [rows, depth] x right [depth, columns]; `panel` has panelSpace(depth) floats.
/// Of a symmetric product, with `upper`, what lies on and above the diagonal and perhaps more.
inline void multiply(int64_t rows, int64_t columns, int64_t depth, Left left, Right right, Target target, float *panel,
                     bool upper = false) {
    const int64_t group = panelSpace(depth) / (depth * panelWidth) * panelWidth;
    for (int64_t first = 0; first < columns; first += group) {
        const int64_t count = columns - first < group ? columns - first : group;
        pack({right.at + first * right.column, right.step, right.column}, count, depth, panel);
        for (int64_t n = 0; n < count; n += panelWidth) {
            const Target to = {target.at + first + n, target.row, target.add};
            const auto multiplyOne = count - n > 8 ? multiplyPanel<2> : multiplyPanel<1>;
            const int64_t above = upper && first + n + panelWidth < rows ? first + n + panelWidth : rows;
            multiplyOne(above, depth, left, panel + n * depth, to, count - n);
        }
    }
}
