// For x86 machines with AVX-512 and its 8-bit products (VNNI); instructions.cpp asks the machine first.
#if defined(__x86_64__)
#include "scan.hpp"

#include <immintrin.h>

#pragma clang diagnostic ignored "-Wpsabi"  // wide vectors never leave this file

namespace vector_scan {
#pragma clang attribute push(__attribute__((target("avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), apply_to = function)
namespace avx512 {
#include "lanes.hpp"
constexpr int mostQueries = 16;  // sums in as many registers hide the latency of a product
typedef __m512i Rows;

// `vpdpbusd` wants one side without signs: rows are raised by 128, and a query's sum begins that much lower.
inline Sums start(int32_t offset) { return Sums(-offset); }
inline Rows load(const int8_t *codes) { return _mm512_xor_si512(_mm512_load_si512(codes), _mm512_set1_epi8(-128)); }
inline Sums add(Sums sums, Rows rows, int32_t quad) {
    return (Sums)_mm512_dpbusd_epi32((__m512i)sums, rows, _mm512_set1_epi32(quad));
}
inline uint32_t above(Floats scores, float threshold) {
    return _mm512_cmp_ps_mask((__m512)scores, _mm512_set1_ps(threshold), _CMP_GT_OQ);
}
#include "kernel.hpp"
}  // namespace avx512

void scanAVX512(const vs_block &block, const Queries &queries, Best *best) { avx512::scan(block, queries, best); }
#pragma clang attribute pop
}  // namespace vector_scan
#endif
