// The two arithmetics of the forward kernel: float32, and 16-bit integers with 32-bit sums. Included inside a namespace,
// once for each instruction set.
//
// Integers instead of bfloat16, because machines multiply pairs of them (vpmaddwd, since AVX2; vpdpwssd) where many have
// no bfloat16, and because a number of a row keeps about 12 bits that way, against bfloat16's 8. No sum can overflow: a row of norm at most `greatestNorm` gives products of at most its square
// (Cauchy-Schwarz), and the weights of a softmax add up to one.

typedef float Row __attribute__((ext_vector_type(16)));
typedef float LooseRow __attribute__((ext_vector_type(16), aligned(4)));

inline Row loadRow(const float *from) { return *reinterpret_cast<const LooseRow *>(from); }
inline void storeRow(float *to, Row value) { *reinterpret_cast<LooseRow *>(to) = value; }

/// 2^x for x <= 0, relative error below 3e-7; for x below -126, as if it were -126. NaN for NaN.
inline Row powerOfTwo(Row x) {
    const Row lowest = -126.0f;
    const Row shift = 12582912.0f;  // 1.5 * 2^23: adding it leaves the nearest integer in the low bits
    const Row bounded = x < lowest ? lowest : x;
    const Row shifted = bounded + shift;
    const Row r = bounded - (shifted - shift);
    // Taylor's coefficients, ln(2)^k / k!, suffice on |r| <= 1/2 with seven terms.
    Row p = 1.54035304e-4f;
    p = p * r + 1.33335581e-3f;
    p = p * r + 9.61812911e-3f;
    p = p * r + 5.55041087e-2f;
    p = p * r + 0.240226507f;
    p = p * r + 0.693147181f;
    p = p * r + 1.0f;
    const IntRow exponent = __builtin_bit_cast(IntRow, shifted) << 23;
    return __builtin_bit_cast(Row, __builtin_bit_cast(IntRow, p) + exponent);
}

inline float largestMagnitude(const float *from, int64_t count) {
    float most = 0;
    for (int64_t i = 0; i < count; ++i) {
        const float magnitude = __builtin_fabsf(from[i]);
        most = magnitude > most || magnitude != magnitude ? magnitude : most;
    }
    return most;
}

struct Real {
    using Sum = Row;
    static constexpr int64_t perCell = 1;
    static constexpr float weightUnit = 1;

    static Sum add(Sum total, uint32_t left, const uint32_t *right) {
        return total + Row(__builtin_bit_cast(float, left)) * *reinterpret_cast<const Row *>(right);
    }
    static Row real(Sum total) { return total; }

    /// What a number of a row is multiplied with before it is put into a cell.
    static float factorOfRow(const float *, int64_t) { return 1; }
    static float factorOfTable(float, int64_t, int64_t) { return 1; }
    static void putRow(uint32_t *cells, const float *row, int64_t count, float) {
        std::memcpy(cells, row, count * sizeof(float));
    }
    static void putColumns(uint32_t *cells, const float *even, const float *, int64_t count, float) {
        std::memcpy(cells, even, count * sizeof(float));
    }

    static void putWeights(uint32_t *cell, Row even, Row) { *reinterpret_cast<Row *>(cell) = even; }
    static Row weights(const uint32_t *cell, int64_t) { return *reinterpret_cast<const Row *>(cell); }

    /// Adds lanes from ..< to, each of eight cells, to eight sums.
    static void addLanes(const Lanes (&cells)[8], int64_t from, int64_t to, float *sums, int64_t) {
        Lanes total = load(sums);
        for (int64_t lane = from; lane < to; ++lane) total += cells[lane];
        store(sums, total);
    }
    static uint32_t meanCell(const float *sums, int64_t, float share) {
        return __builtin_bit_cast(uint32_t, *sums * share);
    }
};

struct Fixed {
    using Sum = IntRow;
    static constexpr int64_t perCell = 2;
    static constexpr float weightUnit = 32767;
    static constexpr float greatest = 32767, greatestNorm = 46000;  // 46340 squared is 2^31; the rest is for rounding

    static Sum add(Sum total, uint32_t left, const uint32_t *right) {
        return addPairs(total, IntRow(int32_t(left)), *reinterpret_cast<const IntRow *>(right));
    }
    static Row real(Sum total) { return __builtin_convertvector(total, Row); }

    static float factorOfRow(const float *row, int64_t count) {
        const float norm = __builtin_sqrtf(dot(row, row, count)), most = largestMagnitude(row, count);
        if (norm == 0) return 1;
        const float byNorm = greatestNorm / norm, byMost = greatest / most;
        return byMost < byNorm ? byMost : byNorm;
    }
    /// For a table whose `heads` x `rows` rows meet weights that add up to one in each head.
    static float factorOfTable(float most, int64_t heads, int64_t rows) {
        const float limit = 2147480000.0f / (float(heads) * (weightUnit + rows));
        return most == 0 ? 1 : (limit < greatest ? limit : greatest) / most;
    }
    static int32_t whole(float value) {
        const float bounded = value < -greatest ? -greatest : value > greatest ? greatest : value;
        return bounded == bounded ? int32_t(__builtin_rintf(bounded)) : 0;
    }
    static uint32_t cell(float even, float odd) { return uint32_t(whole(odd)) << 16 | uint16_t(whole(even)); }
    /// Neighbours in a row share a cell.
    static void putRow(uint32_t *cells, const float *row, int64_t count, float factor) {
        for (int64_t i = 0; i < count / 2; ++i) cells[i] = cell(row[2 * i] * factor, row[2 * i + 1] * factor);
        if (count % 2 != 0) cells[count / 2] = cell(row[count - 1] * factor, 0);
    }
    /// Numbers of two rows, the second of zeros when null, share a cell.
    static void putColumns(uint32_t *cells, const float *even, const float *odd, int64_t count, float factor) {
        for (int64_t i = 0; i < count; ++i) cells[i] = cell(even[i] * factor, odd ? odd[i] * factor : 0);
    }

    static void putWeights(uint32_t *cell, Row even, Row odd) {
        const Row half = 0.5f;
        const IntRow low = __builtin_convertvector(even * weightUnit + half, IntRow);
        const IntRow high = __builtin_convertvector(odd * weightUnit + half, IntRow);
        *reinterpret_cast<IntRow *>(cell) = high << 16 | low;
    }
    static Row weights(const uint32_t *cell, int64_t place) {
        const IntRow both = *reinterpret_cast<const IntRow *>(cell);
        return __builtin_convertvector(place == 0 ? both & IntRow(0xffff) : both >> 16, Row);
    }

    /// Adds lanes from ..< to, each of eight cells, to eight sums and, `stride` further on, eight for their other places.
    static void addLanes(const Lanes (&cells)[8], int64_t from, int64_t to, float *sums, int64_t stride) {
        Lanes even = load(sums), odd = load(sums + stride);
        for (int64_t lane = from; lane < to; ++lane) {
            const IntLanes both = __builtin_bit_cast(IntLanes, cells[lane]);
            even += __builtin_convertvector(both & IntLanes(0xffff), Lanes);
            odd += __builtin_convertvector(both >> 16, Lanes);
        }
        store(sums, even), store(sums + stride, odd);
    }
    static uint32_t meanCell(const float *sums, int64_t stride, float share) {
        return uint32_t(sums[0] * share + 0.5f) | uint32_t(sums[stride] * share + 0.5f) << 16;
    }
};
