// Eight float lanes, and what is computed on them. Included inside a namespace, once for each instruction set.

typedef float Lanes __attribute__((ext_vector_type(8)));
typedef float LooseLanes __attribute__((ext_vector_type(8), aligned(4)));
typedef int32_t IntLanes __attribute__((ext_vector_type(8)));

inline Lanes load(const float *from) { return *reinterpret_cast<const LooseLanes *>(from); }
inline void store(float *to, Lanes value) { *reinterpret_cast<LooseLanes *>(to) = value; }

/// The first `count` (< 8) lanes from memory, the others `rest`; nothing beyond them is read.
inline Lanes loadPart(const float *from, int64_t count, float rest) {
    Lanes value = rest;
    for (int64_t lane = 0; lane < count; ++lane) value[lane] = from[lane];
    return value;
}

inline void storePart(float *to, int64_t count, Lanes value) {
    for (int64_t lane = 0; lane < count; ++lane) to[lane] = value[lane];
}

inline Lanes larger(Lanes a, Lanes b) { return a > b ? a : b; }

inline float sum(Lanes v) {
    auto four = v.lo + v.hi;
    auto two = four.lo + four.hi;
    return two.x + two.y;
}

inline float largest(Lanes v) {
    auto four = v.lo > v.hi ? v.lo : v.hi;
    auto two = four.lo > four.hi ? four.lo : four.hi;
    return two.x > two.y ? two.x : two.y;
}

/// e^x for x <= 0, relative error below 2e-7; 0 where the true value is below the normal floats, NaN for NaN.
inline Lanes exponential(Lanes x) {
    const Lanes lowest = -87.0f;
    const Lanes shift = 12582912.0f;  // 1.5 * 2^23: adding it leaves the nearest integer in the low bits
    Lanes bounded = x < lowest ? lowest : x;
    Lanes shifted = bounded * 1.44269504f + shift;
    Lanes power = shifted - shift;
    Lanes r = bounded - power * 0.693359375f;  // ln 2 in two parts, the first exact in few bits
    r = r + power * 2.12194440e-4f;
    // Taylor's coefficients suffice on |r| <= ln(2) / 2 with seven terms.
    Lanes p = 1.0f / 5040;
    p = p * r + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    IntLanes exponent = __builtin_bit_cast(IntLanes, shifted) << 23;
    Lanes value = __builtin_bit_cast(Lanes, __builtin_bit_cast(IntLanes, p) + exponent);
    return x < lowest ? Lanes(0.0f) : value;
}

inline float dot(const float *a, const float *b, int64_t count) {
    Lanes total = 0.0f;
    int64_t i = 0;
    for (; i + 8 <= count; i += 8) total += load(a + i) * load(b + i);
    if (i < count) total += loadPart(a + i, count - i, 0) * loadPart(b + i, count - i, 0);
    return sum(total);
}

inline float sum(const float *a, int64_t count) {
    Lanes total = 0.0f;
    int64_t i = 0;
    for (; i + 8 <= count; i += 8) total += load(a + i);
    if (i < count) total += loadPart(a + i, count - i, 0);
    return sum(total);
}
