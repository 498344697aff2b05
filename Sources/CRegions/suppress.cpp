#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <new>
#include <numeric>
#include <vector>

#include "CRegions.h"
#include "guarded.hpp"

namespace {

/// A total order by falling score; NaN counts as least, so that sorting stays defined.
struct ByFallingScore {
    const float *scores;
    int64_t stride = 1;
    float key(int64_t index) const {
        const float score = scores[index * stride];
        return std::isnan(score) ? -std::numeric_limits<float>::infinity() : score;
    }
    bool operator()(int64_t left, int64_t right) const {
        const float a = key(left), b = key(right);
        return a != b ? a > b : left < right;
    }
};

/// Boxes with each coordinate in an array of its own, so that one box against many vectorises.
struct Columns {
    std::vector<float> left, top, right, bottom, area;
    float extent;

    Columns(const float *boxes, const int64_t *order, int64_t count, bool inclusive)
        : left(count), top(count), right(count), bottom(count), area(count), extent(inclusive ? 1 : 0) {
        for (int64_t i = 0; i < count; ++i) {
            const float *box = boxes + 4 * order[i];
            left[i] = box[0], top[i] = box[1], right[i] = box[2], bottom[i] = box[3];
            area[i] = (box[2] - box[0] + extent) * (box[3] - box[1] + extent);
        }
    }

    /// Sets `marks[j]` for boxes from `first` on that overlap box `i` too much.
    void mark(int64_t i, int64_t first, const regions_overlap &overlap, uint8_t *marks) const {
        const int64_t count = static_cast<int64_t>(area.size());
        const float l = left[i], t = top[i], r = right[i], b = bottom[i], a = area[i];
        const double threshold = overlap.threshold;
        const bool equal = overlap.at_threshold;
        for (int64_t j = first; j < count; ++j) {
            const float width = std::max(0.0f, std::min(r, right[j]) - std::max(l, left[j]) + extent);
            const float height = std::max(0.0f, std::min(b, bottom[j]) - std::max(t, top[j]) + extent);
            const float shared = width * height;
            const float ratio = shared / (a + area[j] - shared);
            marks[j] |= static_cast<uint8_t>((ratio > threshold) | (equal & (ratio == threshold)));
        }
    }
};

std::vector<int64_t> identity(int64_t count) {
    std::vector<int64_t> order(count);
    std::iota(order.begin(), order.end(), 0);
    return order;
}

}  // namespace

int64_t regions_top(const float *scores, int64_t count, int64_t wanted, int64_t *indices) {
    return guarded(count >= 0 && wanted >= 0, [&] {
        std::vector<int64_t> order = identity(count);
        const ByFallingScore first{scores};
        wanted = std::min(wanted, count);
        if (wanted < count) std::nth_element(order.begin(), order.begin() + wanted, order.end(), first);
        std::sort(order.begin(), order.begin() + wanted, first);
        std::copy_n(order.begin(), wanted, indices);
        return wanted;
    });
}

int64_t regions_suppress(
    const float *boxes, const float *scores, const int32_t *groups, int64_t count, regions_overlap overlap,
    int64_t limit, int64_t *kept) {
    return guarded(count >= 0 && limit >= 0, [&] {
        // Group by group in falling score: a box only ever meets those of its group, which then lie side by side.
        std::vector<int64_t> order = identity(count);
        const ByFallingScore first{scores};
        std::sort(order.begin(), order.end(), [&](int64_t left, int64_t right) {
            if (groups && groups[left] != groups[right]) return groups[left] < groups[right];
            return first(left, right);
        });
        std::vector<int64_t> survivors;
        for (int64_t start = 0; start < count;) {
            int64_t end = groups ? start : count;
            while (end < count && groups[order[end]] == groups[order[start]]) ++end;
            const int64_t size = end - start;
            const Columns columns(boxes, order.data() + start, size, overlap.inclusive_pixels);
            std::vector<uint8_t> gone(size, 0);
            int64_t found = 0;  // no group can give more than `limit`
            for (int64_t i = 0; i < size && found < limit; ++i) {
                if (gone[i]) continue;
                survivors.push_back(order[start + i]);
                ++found;
                columns.mark(i, i + 1, overlap, gone.data());
            }
            start = end;
        }
        std::sort(survivors.begin(), survivors.end(), first);
        const int64_t total = std::min<int64_t>(limit, static_cast<int64_t>(survivors.size()));
        std::copy_n(survivors.begin(), total, kept);
        return total;
    });
}

int64_t regions_confidences(
    const float *boxes, const float *scores, int64_t count, int64_t classes, int64_t first_class,
    regions_overlap overlap, float *confidences) {
    return guarded(count >= 0 && classes >= 0 && first_class >= 0, [&] {
        // Every class has the same boxes, so what overlaps what is worked out once.
        const std::vector<int64_t> plain = identity(count);
        const Columns columns(boxes, plain.data(), count, overlap.inclusive_pixels);
        std::vector<uint8_t> overlaps(count * count, 0);
        for (int64_t i = 0; i < count; ++i) columns.mark(i, 0, overlap, overlaps.data() + i * count);
        std::fill_n(confidences, count, 0.0f);
        std::vector<int64_t> order(count);
        std::vector<uint8_t> gone(count);
        std::vector<float> own(count);
        for (int64_t c = first_class; c < classes; ++c) {
            for (int64_t i = 0; i < count; ++i) own[i] = scores[i * classes + c];
            order = plain;
            std::sort(order.begin(), order.end(), ByFallingScore{own.data()});
            std::fill(gone.begin(), gone.end(), 0);
            for (const int64_t i : order) {
                if (gone[i]) continue;
                confidences[i] = std::max(confidences[i], own[i]);
                const uint8_t *row = overlaps.data() + i * count;
                for (int64_t j = 0; j < count; ++j) gone[j] |= row[j];
            }
        }
        return count;
    });
}
