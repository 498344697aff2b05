// What the kernels of AVX-512 are made of. Included inside a namespace, once for each of them.

typedef int32_t IntRow __attribute__((ext_vector_type(16)));
constexpr int64_t mostBlock = 12;  // rows: as many sums hide the latency of a product
constexpr int wide = 16, tileRows = 12;

inline IntRow addPairs(IntRow total, IntRow left, IntRow right) {
    return (IntRow)_mm512_dpwssd_epi32((__m512i)total, (__m512i)left, (__m512i)right);
}
#include "kernel.hpp"
