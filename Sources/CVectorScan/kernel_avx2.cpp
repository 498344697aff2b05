// For x86 machines with AVX2; instructions.cpp asks the machine first.
#if defined(__x86_64__)
#include "scan.hpp"

#include <immintrin.h>

#pragma clang diagnostic ignored "-Wpsabi"  // wide vectors never leave this file

namespace vector_scan {
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
namespace avx2 {
#include "lanes.hpp"
constexpr int mostQueries = 4;  // 8 sums, the rows with and without signs, and what is on its way
struct Rows { __m256i signs[2], sizes[2]; };

inline Sums start(int32_t) { return Sums(0); }
inline Rows load(const int8_t *codes) {
    const __m256i low = _mm256_load_si256((const __m256i *)codes), high = _mm256_load_si256((const __m256i *)codes + 1);
    return {{low, high}, {_mm256_abs_epi8(low), _mm256_abs_epi8(high)}};
}
// No code is -128, so that two products come to at most 2 * 127 * 127 < 2^15 and `vpmaddubsw` never saturates.
inline __m256i products(__m256i signs, __m256i sizes, int32_t quad) {
    const __m256i pairs = _mm256_maddubs_epi16(sizes, _mm256_sign_epi8(_mm256_set1_epi32(quad), signs));
    return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}
inline Sums add(Sums sums, const Rows &rows, int32_t quad) {
    typedef int32_t Half __attribute__((ext_vector_type(8)));
    const Half low = sums.lo + (Half)products(rows.signs[0], rows.sizes[0], quad);
    const Half high = sums.hi + (Half)products(rows.signs[1], rows.sizes[1], quad);
    return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
inline uint32_t above(Floats scores, float threshold) {
    const __m256 limit = _mm256_set1_ps(threshold);
    const int low = _mm256_movemask_ps(_mm256_cmp_ps((__m256)scores.lo, limit, _CMP_GT_OQ));
    return low | _mm256_movemask_ps(_mm256_cmp_ps((__m256)scores.hi, limit, _CMP_GT_OQ)) << 8;
}
#include "kernel.hpp"
}  // namespace avx2

void scanAVX2(const vs_block &block, const Queries &queries, Best *best) { avx2::scan(block, queries, best); }
#pragma clang attribute pop
}  // namespace vector_scan
#endif
