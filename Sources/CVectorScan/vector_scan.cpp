// The C interface of a scan: checks sizes, prepares the queries, shares the blocks out to threads and joins what they find.
#include "scan.hpp"

#include <atomic>
#include <cmath>
#include <new>
#include <system_error>
#include <thread>

namespace vector_scan {
namespace {

Queries prepared(const float *vectors, int64_t count, int64_t dimension, vs_bits live, const vs_bits *allowed) {
    const int64_t steps = quads(dimension);
    Queries queries = {count, dimension, std::vector<int32_t>(count * steps), {}, {}, live, allowed};
    std::vector<int8_t> codes(steps * 4);
    for (int64_t q = 0; q < count; ++q) {
        const float *vector = vectors + q * dimension;
        float most = 0;
        for (int64_t i = 0; i < dimension; ++i) most = std::max(most, std::fabs(vector[i]));
        int32_t sum = 0;
        for (int64_t i = 0; i < dimension; ++i) {
            codes[i] = int8_t(std::nearbyint(vector[i] / most * 127));
            sum += codes[i];
        }
        for (int64_t step = 0; step < steps; ++step) {
            std::memcpy(&queries.quads[step * count + q], &codes[step * 4], 4);
        }
        queries.offsets.push_back(128 * sum);
        queries.scales.push_back(most / 127);
    }
    return queries;
}

/// One thread's part: whatever block comes next, so that a thread that others hold up does less.
void work(Kernel kernel, const vs_block *blocks, int64_t count, std::atomic<int64_t> &next, const Queries &queries,
          std::vector<Best> &best) {
    for (int64_t block; (block = next.fetch_add(1, std::memory_order_relaxed)) < count;) {
        kernel(blocks[block], queries, best.data());
    }
}

}  // namespace
}  // namespace vector_scan

using namespace vector_scan;

vs_status vs_scan(const vs_block *blocks, int64_t block_count, int64_t dimension, const float *queries, int64_t count,
                  vs_bits live, const vs_bits *allowed, int64_t wanted, int64_t threads, vs_instructions instructions,
                  vs_found *found, int64_t *found_counts) try {
    if (block_count < 0 || dimension < 1 || dimension > VS_MOST_DIMENSION || count < 0 || count > VS_MOST_QUERIES
        || wanted < 1 || threads < 1) {
        return VS_BAD_SIZES;
    }
    const Kernel kernel = vector_scan::kernel(instructions);
    if (!kernel) return VS_NO_SUCH_INSTRUCTIONS;
    const Queries own = prepared(queries, count, dimension, live, allowed);
    const int64_t parts = std::max<int64_t>(1, std::min(threads, block_count));
    std::vector<std::vector<Best>> best(parts, std::vector<Best>(count, Best(wanted)));
    std::atomic<int64_t> next = 0;
    std::atomic<bool> isShort = false;
    const auto part = [&](int64_t index) {
        try {
            work(kernel, blocks, block_count, next, own, best[index]);
        } catch (const std::bad_alloc &) {
            isShort = true;
        }
    };
    std::vector<std::thread> others;
    others.reserve(parts);
    try {
        for (int64_t index = 1; index < parts; ++index) others.emplace_back(part, index);
    } catch (const std::system_error &) {
        // No more threads to be had: those that run do it all.
    }
    part(0);
    for (std::thread &other : others) other.join();
    if (isShort) return VS_OUT_OF_MEMORY;
    for (int64_t q = 0; q < count; ++q) {
        std::vector<vs_found> all;
        for (const std::vector<Best> &each : best) all.insert(all.end(), each[q].found.begin(), each[q].found.end());
        const int64_t kept = std::min<int64_t>(wanted, all.size());
        std::partial_sort(all.begin(), all.begin() + kept, all.end(), Best::isBefore);
        for (int64_t i = 0; i < kept; ++i) found[q * wanted + i] = {all[i].score * own.scales[q], all[i].row};
        found_counts[q] = kept;
    }
    return VS_OK;
} catch (const std::bad_alloc &) {
    return VS_OUT_OF_MEMORY;
}
