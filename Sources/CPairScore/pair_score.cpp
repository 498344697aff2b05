// The C interface: checks the sizes, cuts the pairs into tasks and hands them to libtorch's threads.
#include "parallel.hpp"
#include "problem.hpp"

#include <memory>
#include <numeric>

struct ps_packed : pair_score::Packed {};

namespace pair_score {
namespace {

// MARK: Packing

/// Items of a group: as columns they fill about so many panels, for larger groups use each table more often and
/// smaller ones stay in cache. Captions are the 16 lanes of one product. Found by measuring.
constexpr int64_t groupColumns = 288, mostImages = 32, mostCaptions = panelWidth;

void group(Packed &side) {
    const int64_t most = side.isImages ? mostImages : mostCaptions;
    int64_t panel = 0;
    side.panelSegments.push_back(0);
    for (int64_t item = 0; item < side.items;) {
        const int64_t first = item, firstPanel = panel;
        int64_t columns = 0;
        for (; item < side.items && item - first < most; ++item) {
            if (columns > 0 && columns + side.rows(item) > groupColumns) break;
            for (int64_t row = 0; row < side.rows(item);) {
                const int64_t lane = columns % panelWidth;
                const int64_t taken = std::min(side.rows(item) - row, panelWidth - lane);
                if (lane == 0 && columns > 0) side.panelSegments.push_back(side.segments.size());
                side.segments.push_back({item, lane, lane + taken});
                for (int64_t i = 0; i < taken; ++i) {
                    side.column.push_back(firstPanel * panelWidth + columns++);
                }
                row += taken;
            }
        }
        side.panelSegments.push_back(side.segments.size());
        panel = firstPanel + (columns + panelWidth - 1) / panelWidth;
        side.groups.push_back({first, item - first, firstPanel, panel - firstPanel});
        side.mostItems = std::max(side.mostItems, item - first);
    }
}

void allocate(Packed &side) {
    const int64_t H = side.heads, D = side.dimension, rows = side.rowOffsets.back();
    const int64_t panels = side.panelSegments.size() - 1, headCells = H * side.cells(side.width);
    const int64_t paddedD = (D + panelWidth - 1) / panelWidth * panelWidth;
    side.gramOffsets.push_back(0), side.attendedOffsets.push_back(0);
    for (int64_t item = 0; item < side.items; ++item) {
        const int64_t weights = H * side.filled(item);
        side.gramOffsets.push_back(side.gramOffsets.back() + weights * side.cells(weights));
        side.attendedOffsets.push_back(
            side.attendedOffsets.back() + H * side.cells(side.rows(item)) * (side.isImages ? D : paddedD));
        side.mostRows = std::max(side.mostRows, side.rows(item));
    }
    side.columns = Array<uint32_t>(panels * 2 * headCells * panelWidth);
    side.columnScale = Array<float>(panels * 2 * H * panelWidth);
    side.keys = Array<uint32_t>(rows * headCells);
    side.keyScale = Array<float>(rows * H);
    side.gram = Array<uint32_t>(side.gramOffsets.back());
    side.gramScale = Array<float>(side.items);
    side.attended = Array<uint32_t>(side.attendedOffsets.back());
    side.attendedScale = Array<float>(side.items);
    if (side.isImages) side.own = Array<float>(side.items * D);
    if (side.isFixed) side.strain = Array<Strain>(side.items);
}

ps_status pack(const ItemTables &from, int64_t items, int64_t dimension, int64_t heads, ps_precision precision,
               ps_instructions instructions, ps_packed **packed, int64_t *badItem) {
    auto side = std::make_unique<ps_packed>();
    side->kernel = kernel(instructions);
    if (!side->kernel) return PS_NO_SUCH_INSTRUCTIONS;
    side->items = items, side->heads = heads, side->dimension = dimension, side->width = dimension / heads;
    side->isImages = from.own != nullptr, side->isFixed = precision == PS_FIXED16;
    side->perCell = side->isFixed ? 2 : 1;
    // Longest first: captions of one length fill the panels of their group, and the last tasks are the short ones.
    side->source.resize(items);
    std::iota(side->source.begin(), side->source.end(), 0);
    std::sort(side->source.begin(), side->source.end(), [&](int64_t a, int64_t b) {
        const int64_t more = from.rowOffsets[a + 1] - from.rowOffsets[a], less = from.rowOffsets[b + 1] - from.rowOffsets[b];
        return more != less ? more > less : a < b;
    });
    side->rowOffsets.push_back(0);
    for (int64_t item : side->source) {
        side->sourceRow.push_back(from.rowOffsets[item]);
        side->rowOffsets.push_back(side->rowOffsets.back() + from.rowOffsets[item + 1] - from.rowOffsets[item]);
    }
    group(*side);
    allocate(*side);
    std::atomic<int64_t> bad = items;
    parallel(items, [&](int64_t begin, int64_t end) {
        const int64_t found = side->kernel->pack(*side, from, begin, end);
        int64_t known = bad;
        while (found < known && !bad.compare_exchange_weak(known, found)) {}
    });
    if (bad < items && (badItem || side->isFixed)) {
        if (badItem) *badItem = bad;
        return PS_NOT_FINITE;
    }
    *packed = side.release();
    return PS_OK;
}

}  // namespace
}  // namespace pair_score

using namespace pair_score;

ps_status ps_pack_images(const ps_images *images, ps_precision precision, ps_instructions instructions,
                         ps_packed **packed, int64_t *bad_item) try {
    if (!images || !packed || !isSound(*images)) return PS_BAD_SIZES;
    const ps_images &from = *images;
    ItemTables tables = {from.query, from.unit, from.key, from.gram, from.attended, from.own, {}, {}};
    const int64_t HK = from.heads * from.regions;
    for (int64_t image = 0; image <= from.count; ++image) {
        tables.rowOffsets.push_back(image * from.regions);
        tables.gramOffsets.push_back(image * HK * HK);
    }
    return pack(tables, from.count, from.dimension, from.heads, precision, instructions, packed, bad_item);
} catch (const std::bad_alloc &) {
    return PS_OUT_OF_MEMORY;
}

ps_status ps_pack_texts(const ps_texts *texts, ps_precision precision, ps_instructions instructions,
                         ps_packed **packed, int64_t *bad_item) try {
    if (!texts || !packed || !isSound(*texts)) return PS_BAD_SIZES;
    const ps_texts &from = *texts;
    ItemTables tables = {from.query, from.unit, from.key, from.gram, from.attended, nullptr, {}, {0}};
    tables.rowOffsets.assign(from.offsets, from.offsets + from.count + 1);
    for (int64_t caption = 0; caption < from.count; ++caption) {
        const int64_t HN = from.heads * (from.offsets[caption + 1] - from.offsets[caption]);
        tables.gramOffsets.push_back(tables.gramOffsets.back() + HN * HN);
    }
    return pack(tables, from.count, from.dimension, from.heads, precision, instructions, packed, bad_item);
} catch (const std::bad_alloc &) {
    return PS_OUT_OF_MEMORY;
}

void ps_release(ps_packed *packed) { delete packed; }

ps_extent ps_packed_extent(const ps_packed *packed) {
    const int64_t bytes = packed->columns.bytes() + packed->columnScale.bytes() + packed->keys.bytes()
        + packed->keyScale.bytes() + packed->gram.bytes() + packed->attended.bytes() + packed->own.bytes();
    return {bytes, int64_t(packed->groups.size())};
}

ps_status ps_score(const ps_packed *images, const ps_packed *texts, float local_weight, float *score,
                   const ps_means *means) try {
    if (!images || !texts || !score || !images->isImages || texts->isImages
        || images->dimension != texts->dimension || images->heads != texts->heads) {
        return PS_BAD_SIZES;
    }
    if (images->isFixed != texts->isFixed || images->kernel != texts->kernel) return PS_UNLIKE_SIDES;
    // A task is one image group with a run of caption groups: few images or few captions still fill the threads.
    constexpr int64_t run = 4;
    const int64_t runs = (texts->groups.size() + run - 1) / run;
    parallel(images->groups.size() * runs, [&](int64_t begin, int64_t end) {
        images->kernel->score(*images, *texts, local_weight, score, means, run, begin, end);
    });
    return PS_OK;
} catch (const std::bad_alloc &) {
    return PS_OUT_OF_MEMORY;
}

int64_t ps_strained(const ps_packed *images, const ps_packed *texts, uint8_t *strained) {
    if (!images->isFixed || !texts->isFixed) return 0;
    int64_t count = 0;
    for (int64_t i = 0; i < images->items; ++i) {
        const Strain image = *images->strain.at(i);
        for (int64_t t = 0; t < texts->items; ++t) {
            const Strain text = *texts->strain.at(t);
            // Written so that a NaN, of lengths beyond float32, strains.
            const bool isHeld = image.spread <= mostSpread && text.spread <= mostSpread
                && image.query * text.key <= mostLogit && text.query * image.key <= mostLogit;
            *strained++ = !isHeld;
            count += !isHeld;
        }
    }
    return count;
}
