// Matrix product for the shapes of the gradient. Included inside a namespace, once for each instruction set.
// Every element is a sum of running sums over blocks of the depth in order, so it does not depend on where it lies in the
// matrix.

struct Matrix { const float *at; int64_t row, column; };  // (r, c) is at[r * row + c * column]; one of both strides is 1
struct Target { float *at; int64_t row; bool add; };

typedef float Wide __attribute__((ext_vector_type(wide)));
typedef float LooseWide __attribute__((ext_vector_type(wide), aligned(4)));
typedef int32_t IntWide __attribute__((ext_vector_type(wide)));

inline Wide loadWide(const float *from) { return *reinterpret_cast<const LooseWide *>(from); }
inline void storeWide(float *to, Wide value) { *reinterpret_cast<LooseWide *>(to) = value; }

inline Wide larger(Wide a, Wide b) { return a > b ? a : b; }

/// e^x for x <= 0, relative error below 2e-7; 0 where the true value is below the normal floats, NaN for NaN.
inline Wide exponential(Wide x) {
    const Wide lowest = -87.0f;
    const Wide shift = 12582912.0f;  // 1.5 * 2^23: adding it leaves the nearest integer in the low bits
    Wide bounded = x < lowest ? lowest : x;
    Wide shifted = bounded * 1.44269504f + shift;
    Wide power = shifted - shift;
    Wide r = bounded - power * 0.693359375f;  // ln 2 in two parts, the first exact in few bits
    r = r + power * 2.12194440e-4f;
    // Taylor's coefficients suffice on |r| <= ln(2) / 2 with seven terms.
    Wide p = 1.0f / 5040;
    p = p * r + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    IntWide exponent = __builtin_bit_cast(IntWide, shifted) << 23;
    Wide value = __builtin_bit_cast(Wide, __builtin_bit_cast(IntWide, p) + exponent);
    return x < lowest ? Wide(0.0f) : value;
}

/// Both sides are copied into cells of 32 bits, each with one number of the depth, or with two where products are of 16
/// bits: rows in tiles [depth, rows], columns in panels [depth, columns] that stay in the second-level cache. A tile's
/// `tileRows` rows meet two vectors of columns, whose sums fill the registers.
constexpr int64_t depthBlock = 256, rowBlock = 96, columnBlock = 288, productPanel = 2 * wide;
constexpr int64_t productSpace = depthBlock * (rowBlock + columnBlock) + 64;

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

/// Products of float32.
struct Single {
    static constexpr int64_t perCell = 1;
    static Wide add(Wide total, float left, Wide right) { return total + Wide(left) * right; }
    /// Eight cells of numbers that lie behind one another.
    static Lanes run(const float *from) { return load(from); }
    /// Cells of numbers of two neighbours in the depth.
    static Wide cells(Wide even, Wide) { return even; }
    static Four cells(Four even, Four) { return even; }
};

#ifdef PAIR_SCORE_BF16
/// Products of bfloat16, two at a time, with float32 sums.
struct Half {
    static constexpr int64_t perCell = 2;
    static Wide add(Wide total, float left, Wide right) {
        return (Wide)_mm512_dpbf16_ps((__m512)total, (__m512bh)_mm512_set1_ps(left), (__m512bh)right);
    }
    static Lanes run(const float *from) { return (Lanes)_mm512_cvtneps_pbh((__m512)loadWide(from)); }
    static Wide cells(Wide even, Wide odd) {
        const __m512i low = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)even));
        const __m512i high = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)odd));
        return (Wide)_mm512_or_si512(low, _mm512_slli_epi32(high, 16));
    }
    static Four cells(Four even, Four odd) {
        const __m128i low = _mm_cvtepu16_epi32((__m128i)_mm_cvtneps_pbh((__m128)even));
        const __m128i high = _mm_cvtepu16_epi32((__m128i)_mm_cvtneps_pbh((__m128)odd));
        return (Four)_mm_or_si128(low, _mm_slli_epi32(high, 16));
    }
};
#else
using Half = Single;
#endif

/// One cell of a column; `odd` is its other number, null where it has none.
template <class Number>
float oneCell(const float *even, const float *odd) {
    return Number::cells(Four(*even), Four(odd ? *odd : 0))[0];
}

/// The cells of `count` columns side by side. Where fours do not end with the columns, the last begins earlier. Inline, so
/// that for a whole panel nothing of a loop is left.
template <class Number>
__attribute__((always_inline)) inline void packCells(const float *even, const float *odd, int64_t count, float *to) {
    const auto packFour = [&](int64_t n) {
        storeFour(to + n, Number::cells(loadFour(even + n), odd ? loadFour(odd + n) : Four(0.0f)));
    };
    int64_t n = 0;
    for (; n + wide <= count; n += wide) {
        storeWide(to + n, Number::cells(loadWide(even + n), odd ? loadWide(odd + n) : Wide(0.0f)));
    }
    for (; n + 4 <= count; n += 4) packFour(n);
    if (n < count && count >= 4) return packFour(count - 4);
    for (; n < count; ++n) to[n] = oneCell<Number>(even + n, odd ? odd + n : nullptr);
}

/// Copies `columns` columns, read through `from` as (depth, column), to panels of `width` columns, each of cells
/// [depth, width]; what stands beyond the last column may be anything.
template <class Number, int width>
void packPanels(Matrix from, int64_t depth, int64_t columns, float *to) {
    const int64_t cells = (depth + Number::perCell - 1) / Number::perCell, whole = columns / width * width;
    const auto odd = [&](int64_t cell, const float *even) {
        return Number::perCell == 2 && cell * 2 + 1 < depth ? even + from.row : nullptr;
    };
    if (from.column == 1) {
        // Row by row of the source, for rows may be far apart.
        for (int64_t cell = 0; cell < cells; ++cell) {
            const float *even = from.at + cell * Number::perCell * from.row, *other = odd(cell, even);
            const int64_t ahead = 8 * Number::perCell * from.row;
            float *row = to + cell * width;
            for (int64_t n = 0; n < whole; n += width, row += cells * width) {
                __builtin_prefetch(even + n + ahead);
                if (Number::perCell == 2) __builtin_prefetch(even + n + ahead + from.row);
                packCells<Number>(even + n, other ? other + n : nullptr, width, row);
            }
            if (whole < columns) {
                packCells<Number>(even + whole, other ? other + whole : nullptr, columns - whole, row);
            }
        }
        return;
    }
    for (int64_t first = 0; first < columns; first += width) {
        float *panel = to + first * cells;
        const int64_t last = columns - first < width ? columns : first + width;
        // What eight lanes write beyond the last column, the columns before it write again.
        for (int64_t n = first + (last - first - 1) / 8 * 8; n >= first; n -= 8) {
            const float *at[8];
            for (int64_t i = 0; i < 8; ++i) at[i] = from.at + (n + i < last ? n + i : last - 1) * from.column;
            int64_t cell = 0;
            for (; from.row == 1 && (cell + 8) * Number::perCell <= depth; cell += 8) {
                Lanes rows[8];
                for (int64_t i = 0; i < 8; ++i) rows[i] = Number::run(at[i] + cell * Number::perCell);
                transpose(rows);
                for (int64_t i = 0; i < 8; ++i) store(panel + (cell + i) * width + n - first, rows[i]);
            }
            for (; cell < cells; ++cell) {
                for (int64_t i = 0; i < 8 && n + i < last; ++i) {
                    const float *even = at[i] + cell * Number::perCell * from.row;
                    panel[cell * width + n + i - first] = oneCell<Number>(even, odd(cell, even));
                }
            }
        }
    }
}

/// Out of line, for it is rare and long.
__attribute__((noinline)) inline void writePart(float *to, int64_t count, const Wide *value, bool add) {
    for (int64_t lane = 0; lane < count; ++lane) to[lane] = add ? to[lane] + (*value)[lane] : (*value)[lane];
}

template <class Number, int R, int V>
void multiplyTile(int64_t cells, const float *left, const float *panel, Target target, int64_t columns) {
    for (int r = 0; r < R; ++r) __builtin_prefetch(target.at + r * target.row, 1);
    Wide total[R][V] = {};
    const Wide *right = reinterpret_cast<const Wide *>(panel);
#pragma clang loop unroll_count(4)
    for (int64_t p = 0; p < cells; ++p, left += tileRows, right += 2) {
#pragma clang loop unroll(full)
        for (int r = 0; r < R; ++r) {
#pragma clang loop unroll(full)
            for (int v = 0; v < V; ++v) total[r][v] = Number::add(total[r][v], left[r], right[v]);
        }
    }
    // Unrolled in full here too: a loop would keep the totals in memory, above as well.
#pragma clang loop unroll(full)
    for (int r = 0; r < R; ++r) {
        float *to = target.at + r * target.row;
#pragma clang loop unroll(full)
        for (int v = 0; v < V; ++v) {
            if (columns >= wide * v + wide) {
                storeWide(to + wide * v, target.add ? loadWide(to + wide * v) + total[r][v] : total[r][v]);
            } else if (columns > wide * v) {
                const Wide value = total[r][v];
                writePart(to + wide * v, columns - wide * v, &value, target.add);
            }
        }
    }
}

template <class Number, int R, int V>
void multiplyRows(int64_t rows, int64_t cells, const float *left, const float *panel, Target target, int64_t columns) {
    if (rows == R) return multiplyTile<Number, R, V>(cells, left, panel, target, columns);
    if constexpr (R > 1) multiplyRows<Number, R - 1, V>(rows, cells, left, panel, target, columns);
}

/// target [rows, columns] = (or +=) left [rows, depth] x right [depth, columns]; `space` has `productSpace` floats.
/// Of a symmetric product, with `upper`, what lies on and above the diagonal and perhaps more.
template <class Number>
void multiply(int64_t rows, int64_t columns, int64_t depth, Matrix left, Matrix right, Target target, float *space,
              bool upper = false) {
    float *const panels = space, *const tiles = space + depthBlock * columnBlock;
    for (int64_t p = 0; p < depth; p += depthBlock) {
        const int64_t deep = depth - p < depthBlock ? depth - p : depthBlock;
        const int64_t cells = (deep + Number::perCell - 1) / Number::perCell;
        for (int64_t first = 0; first < columns; first += columnBlock) {
            const int64_t last = columns - first < columnBlock ? columns : first + columnBlock;
            packPanels<Number, productPanel>(
                {right.at + p * right.row + first * right.column, right.row, right.column}, deep, last - first, panels);
            for (int64_t top = 0; top < rows; top += rowBlock) {
                const int64_t high = rows - top < rowBlock ? rows - top : rowBlock;
                packPanels<Number, tileRows>(
                    {left.at + top * left.row + p * left.column, left.column, left.row}, deep, high, tiles);
                for (int64_t n = first; n < last; n += productPanel) {
                    const auto multiplyOne =
                        last - n <= wide ? multiplyRows<Number, tileRows, 1> : multiplyRows<Number, tileRows, 2>;
                    for (int64_t r = 0; r < high && !(upper && top + r >= n + productPanel); r += tileRows) {
                        multiplyOne(std::min<int64_t>(high - r, tileRows), cells, tiles + r * cells,
                                    panels + (n - first) * cells,
                                    {target.at + (top + r) * target.row + n, target.row, target.add || p > 0}, last - n);
                    }
                }
            }
        }
    }
}
