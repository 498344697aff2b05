// Eight float lanes, and what is computed on them. Included inside a namespace, once for each instruction set.

typedef float Lanes __attribute__((ext_vector_type(8)));
typedef float LooseLanes __attribute__((ext_vector_type(8), aligned(4)));
typedef int32_t IntLanes __attribute__((ext_vector_type(8)));

typedef float Four __attribute__((ext_vector_type(4)));
typedef float LooseFour __attribute__((ext_vector_type(4), aligned(4)));

inline Four loadFour(const float *from) { return *reinterpret_cast<const LooseFour *>(from); }
inline void storeFour(float *to, Four value) { *reinterpret_cast<LooseFour *>(to) = value; }
inline Lanes load(const float *from) { return *reinterpret_cast<const LooseLanes *>(from); }
inline void store(float *to, Lanes value) { *reinterpret_cast<LooseLanes *>(to) = value; }

/// The first `count` (< 8) lanes from memory, the others `rest`; nothing beyond them is read.
inline Lanes loadPart(const float *from, int64_t count, float rest) {
    Lanes value = rest;
    for (int64_t lane = 0; lane < count; ++lane) value[lane] = from[lane];
    return value;
}

inline float sum(Lanes v) {
    auto four = v.lo + v.hi;
    auto two = four.lo + four.hi;
    return two.x + two.y;
}

inline float dot(const float *a, const float *b, int64_t count) {
    Lanes total = 0.0f;
    int64_t i = 0;
    for (; i + 8 <= count; i += 8) total += load(a + i) * load(b + i);
    if (i < count) total += loadPart(a + i, count - i, 0) * loadPart(b + i, count - i, 0);
    return sum(total);
}
