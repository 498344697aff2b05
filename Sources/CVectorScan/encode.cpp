// From vectors to float16 and codes, and products with float16: plain arithmetic in a fixed order, so that every machine
// comes to the same bits.
#include "scan.hpp"

#include <cmath>

#pragma clang diagnostic ignored "-Wpsabi"  // vectors wider than the registers never leave this file
#pragma clang fp contract(off)

namespace vector_scan {
namespace {

template <class To, class From>
To bits(From from) {
    static_assert(sizeof(To) == sizeof(From));
    To to;
    std::memcpy(&to, &from, sizeof to);
    return to;
}

/// A number of at most 1 in float16, rounded to the nearest, ties to even.
uint16_t half(float value) {
    const uint32_t sign = bits<uint32_t>(value) >> 16 & 0x8000;
    const uint32_t size = bits<uint32_t>(value) & 0x7FFFFFFF;
    // Below 2^-14 steps are 2^-24, as those of float32 are from 0.5 on.
    const uint32_t small = bits<uint32_t>(bits<float>(size) + 0.5f) - bits<uint32_t>(0.5f);
    const uint32_t normal = (size + 0xFFF + (size >> 13 & 1) - (112u << 23)) >> 13;
    return uint16_t(sign | (size < 113u << 23 ? small : normal));
}

/// A finite float16, exactly.
float single(uint16_t half) {
    return bits<float>(uint32_t(half & 0x7FFF) << 13) * 0x1p112f * (half & 0x8000 ? -1.0f : 1.0f);
}

/// To the nearest whole number, ties to even, of a number far below 2^22.
float rounded(float value) { return (value + 12582912.0f) - 12582912.0f; }

}  // namespace
}  // namespace vector_scan

using namespace vector_scan;

int64_t vs_code_bytes(int64_t rows, int64_t dimension) { return vs_scale_count(rows) * quads(dimension) * 4; }

int64_t vs_scale_count(int64_t rows) { return (rows + panelRows - 1) / panelRows * panelRows; }

vs_status vs_normalize(const float *vectors, int64_t rows, int64_t dimension, float *units, uint16_t *halves,
                       int64_t *bad_row) {
    for (int64_t row = 0; row < rows; ++row) {
        const float *vector = vectors + row * dimension;
        double square = 0;
        for (int64_t i = 0; i < dimension; ++i) square += double(vector[i]) * vector[i];
        // Squares of float32 neither overflow nor vanish in float64.
        if (!(std::isfinite(square) && square > 0)) {
            *bad_row = row;
            return square == 0 ? VS_NO_LENGTH : VS_NOT_FINITE;
        }
        const double length = std::sqrt(square);
        for (int64_t i = 0; i < dimension; ++i) {
            const float unit = float(vector[i] / length);
            if (units) units[row * dimension + i] = unit;
            if (halves) halves[row * dimension + i] = half(unit);
        }
    }
    return VS_OK;
}

void vs_encode(const uint16_t *halves, int64_t rows, int64_t dimension, int8_t *codes, float *scales) {
    std::memset(codes, 0, vs_code_bytes(rows, dimension));
    std::fill(scales, scales + vs_scale_count(rows), 0.0f);
    for (int64_t row = 0; row < rows; ++row) {
        const uint16_t *from = halves + row * dimension;
        uint16_t most = 0;  // positive float16 are ordered as their bits
        for (int64_t i = 0; i < dimension; ++i) most = std::max<uint16_t>(most, from[i] & 0x7FFF);
        if (most == 0) continue;
        scales[row] = single(most) / 127;
        const float over = 127 / single(most);
        int8_t *to = codes + (row / panelRows * quads(dimension) * panelRows + row % panelRows) * 4;
        for (int64_t i = 0; i < dimension; ++i) {
            to[i / 4 * panelRows * 4 + i % 4] = int8_t(rounded(single(from[i]) * over));
        }
    }
}

void vs_products(const float *query, const uint16_t *const *rows, int64_t count, int64_t dimension, float *scores) {
    constexpr int lanes = 16;
    for (int64_t row = 0; row < count; ++row) {
        float sums[lanes] = {};
        int64_t i = 0;
        for (; i + lanes <= dimension; i += lanes) {
            for (int lane = 0; lane < lanes; ++lane) sums[lane] += query[i + lane] * single(rows[row][i + lane]);
        }
        for (int lane = 0; i < dimension; ++i, ++lane) sums[lane] += query[i] * single(rows[row][i]);
        for (int width = lanes / 2; width > 0; width /= 2) {
            for (int lane = 0; lane < width; ++lane) sums[lane] += sums[lane + width];
        }
        scores[row] = sums[0];
    }
}
