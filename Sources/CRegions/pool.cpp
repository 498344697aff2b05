#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <new>
#include <vector>

#include "CRegions.h"
#include "guarded.hpp"

namespace {

/// One bilinear sample: four pixels of the map and their weights.
struct Sample {
    const float *pixels[4];
    float weights[4];
};

/// Where along an axis a sample falls: two neighbouring pixels and the second one's share.
struct Position {
    int64_t low, high;
    float share;
    bool inside;

    Position(float at, int64_t size)
        : low(0), high(0), share(0), inside(at >= -1.0f && at <= static_cast<float>(size)) {
        if (!inside) return;
        at = std::max(at, 0.0f);
        low = static_cast<int64_t>(at);
        high = low + 1;
        if (low >= size - 1) {
            low = high = size - 1;
        } else {
            share = at - static_cast<float>(low);
        }
    }
};

/// `[cells, channels]` into `[channels, cells]`.
void transpose(const float *from, int64_t cells, int64_t channels, float *to) {
    constexpr int64_t block = 16;
    for (int64_t c0 = 0; c0 < channels; c0 += block) {
        const int64_t c1 = std::min(c0 + block, channels);
        for (int64_t cell = 0; cell < cells; ++cell) {
            for (int64_t c = c0; c < c1; ++c) to[c * cells + cell] = from[cell * channels + c];
        }
    }
}

/// Runs `fill(box, cells)` for every box, `cells` being `[rows * columns, channels]`, and lays it into the result.
template <typename Fill>
int64_t each_box(const float *boxes, const regions_pooling &sizes, float *result, Fill fill) noexcept {
    const bool sound = sizes.channels > 0 && sizes.height > 0 && sizes.width > 0 && sizes.box_count >= 0
        && sizes.rows > 0 && sizes.columns > 0;
    return guarded(sound, [&] {
        const int64_t cells = sizes.rows * sizes.columns;
        std::vector<float> buffer(cells * sizes.channels);
        for (int64_t index = 0; index < sizes.box_count; ++index) {
            fill(boxes + 4 * index, buffer.data());
            transpose(buffer.data(), cells, sizes.channels, result + index * cells * sizes.channels);
        }
        return sizes.box_count;
    });
}

void add(const Sample &sample, int64_t channels, float *__restrict cell) {
    const float *a = sample.pixels[0], *b = sample.pixels[1], *c = sample.pixels[2], *d = sample.pixels[3];
    const float wa = sample.weights[0], wb = sample.weights[1], wc = sample.weights[2], wd = sample.weights[3];
    for (int64_t i = 0; i < channels; ++i) cell[i] += wa * a[i] + wb * b[i] + wc * c[i] + wd * d[i];
}

}  // namespace

int64_t regions_align(
    const float *map, const float *boxes, regions_pooling sizes, int64_t samples, bool aligned, float *result) {
    const int64_t channels = sizes.channels;
    return each_box(boxes, sizes, result, [&](const float *box, float *cells) {
        const float offset = aligned ? 0.5f : 0.0f;
        const float left = box[0] * sizes.scale - offset, top = box[1] * sizes.scale - offset;
        float width = box[2] * sizes.scale - offset - left, height = box[3] * sizes.scale - offset - top;
        if (!aligned) {
            width = std::max(width, 1.0f);
            height = std::max(height, 1.0f);
        }
        const float cell_width = width / static_cast<float>(sizes.columns);
        const float cell_height = height / static_cast<float>(sizes.rows);
        const auto count_x = samples > 0 ? samples : static_cast<int64_t>(std::ceil(cell_width));
        const auto count_y = samples > 0 ? samples : static_cast<int64_t>(std::ceil(cell_height));
        const float share = 1.0f / static_cast<float>(std::max<int64_t>(count_x * count_y, 1));
        for (int64_t row = 0; row < sizes.rows; ++row) {
            for (int64_t column = 0; column < sizes.columns; ++column) {
                float *cell = cells + (row * sizes.columns + column) * channels;
                std::fill_n(cell, channels, 0.0f);
                for (int64_t iy = 0; iy < count_y; ++iy) {
                    const Position y(
                        top + static_cast<float>(row) * cell_height
                            + (static_cast<float>(iy) + 0.5f) * cell_height / static_cast<float>(count_y),
                        sizes.height);
                    if (!y.inside) continue;
                    for (int64_t ix = 0; ix < count_x; ++ix) {
                        const Position x(
                            left + static_cast<float>(column) * cell_width
                                + (static_cast<float>(ix) + 0.5f) * cell_width / static_cast<float>(count_x),
                            sizes.width);
                        if (!x.inside) continue;
                        const float *upper = map + y.low * sizes.width * channels;
                        const float *lower = map + y.high * sizes.width * channels;
                        const float up = (1 - y.share) * share, down = y.share * share;
                        add({{upper + x.low * channels, upper + x.high * channels, lower + x.low * channels,
                              lower + x.high * channels},
                             {up * (1 - x.share), up * x.share, down * (1 - x.share), down * x.share}},
                            channels, cell);
                    }
                }
            }
        }
    });
}

int64_t regions_pool(const float *map, const float *boxes, regions_pooling sizes, float *result) {
    const int64_t channels = sizes.channels;
    return each_box(boxes, sizes, result, [&](const float *box, float *cells) {
        // Caffe's rounding: both end pixels belong to the box, which is at least one pixel wide and high.
        const auto left = static_cast<int64_t>(std::round(box[0] * sizes.scale));
        const auto top = static_cast<int64_t>(std::round(box[1] * sizes.scale));
        const auto right = static_cast<int64_t>(std::round(box[2] * sizes.scale));
        const auto bottom = static_cast<int64_t>(std::round(box[3] * sizes.scale));
        const float width = static_cast<float>(std::max<int64_t>(right - left + 1, 1));
        const float height = static_cast<float>(std::max<int64_t>(bottom - top + 1, 1));
        const float cell_width = width / static_cast<float>(sizes.columns);
        const float cell_height = height / static_cast<float>(sizes.rows);
        const auto border = [](float at, int64_t shift, int64_t size) {
            return std::clamp<int64_t>(static_cast<int64_t>(at) + shift, 0, size);
        };
        for (int64_t row = 0; row < sizes.rows; ++row) {
            const int64_t y0 = border(std::floor(static_cast<float>(row) * cell_height), top, sizes.height);
            const int64_t y1 = border(std::ceil(static_cast<float>(row + 1) * cell_height), top, sizes.height);
            for (int64_t column = 0; column < sizes.columns; ++column) {
                const int64_t x0 = border(std::floor(static_cast<float>(column) * cell_width), left, sizes.width);
                const int64_t x1 = border(std::ceil(static_cast<float>(column + 1) * cell_width), left, sizes.width);
                float *__restrict cell = cells + (row * sizes.columns + column) * channels;
                const bool empty = y1 <= y0 || x1 <= x0;
                std::fill_n(cell, channels, empty ? 0.0f : std::numeric_limits<float>::lowest());
                for (int64_t y = y0; y < y1; ++y) {
                    for (int64_t x = x0; x < x1; ++x) {
                        const float *pixel = map + (y * sizes.width + x) * channels;
                        for (int64_t c = 0; c < channels; ++c) cell[c] = std::max(cell[c], pixel[c]);
                    }
                }
            }
        }
    });
}
