// The scan of vectors against plain float64 and against its own other instruction sets, at sizes where panels, tiles and
// dimensions have remainders; scripts/sanitize builds it with the address and undefined-behaviour sanitizers.
#include "../../Sources/CVectorScan/include/vector_scan.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <vector>

struct Free { void operator()(void *memory) const { std::free(memory); } };

static bool check(int64_t dimension, std::vector<int64_t> blockRows, int64_t queryCount, int64_t wanted, int64_t threads) {
    std::mt19937 generator(5);
    std::normal_distribution<float> normal;
    int64_t rows = 0;
    for (int64_t count : blockRows) rows += count;
    std::vector<float> vectors(rows * dimension), units(rows * dimension), queries(queryCount * dimension);
    for (float &number : vectors) number = normal(generator);
    for (float &number : queries) number = normal(generator);
    std::vector<uint16_t> halves(rows * dimension);
    int64_t bad = -1;
    if (vs_normalize(vectors.data(), rows, dimension, units.data(), halves.data(), &bad) != VS_OK) return false;
    if (vs_normalize(queries.data(), queryCount, dimension, queries.data(), nullptr, &bad) != VS_OK) return false;

    // Each in memory of its exact size, so that a byte too far is seen.
    std::vector<std::unique_ptr<void, Free>> memory;
    std::vector<std::vector<float>> scales;
    std::vector<vs_block> blocks;
    int64_t first = 0;
    for (int64_t count : blockRows) {
        memory.emplace_back(std::aligned_alloc(64, vs_code_bytes(count, dimension)));
        auto codes = static_cast<int8_t *>(memory.back().get());
        scales.emplace_back(vs_scale_count(count));
        vs_encode(halves.data() + first * dimension, count, dimension, codes, scales.back().data());
        blocks.push_back({codes, nullptr, count, first});
        first += count;
    }
    for (size_t i = 0; i < blocks.size(); ++i) blocks[i].scales = scales[i].data();

    std::vector<uint64_t> live((rows + 63) / 64, 0x7FFF7FFF7FFF7FFF), some((rows + 63) / 64, 0x5555555555555555);
    std::vector<const uint64_t *> allowed(queryCount);
    for (int64_t q = 0; q < queryCount; ++q) allowed[q] = q % 2 ? some.data() : nullptr;
    std::vector<vs_found> expected;
    for (int instructions = VS_PORTABLE; instructions <= vs_best_instructions(); ++instructions) {
        std::vector<vs_found> found(queryCount * wanted);
        std::vector<int64_t> counts(queryCount);
        if (vs_scan(blocks.data(), blocks.size(), dimension, queries.data(), queryCount, live.data(), allowed.data(), wanted,
                    threads, vs_instructions(instructions), found.data(), counts.data()) != VS_OK) {
            return false;
        }
        for (int64_t q = 0; q < queryCount; ++q) {
            for (int64_t i = 0; i < counts[q]; ++i) {
                const vs_found &one = found[q * wanted + i];
                const bool isOut = !(live[one.row / 64] >> one.row % 64 & 1)
                    || (allowed[q] && !(some[one.row / 64] >> one.row % 64 & 1));
                double cosine = 0;
                for (int64_t x = 0; x < dimension; ++x) {
                    cosine += double(queries[q * dimension + x]) * units[one.row * dimension + x];
                }
                const uint16_t *row = halves.data() + one.row * dimension;
                float product = 0;
                vs_products(&queries[q * dimension], &row, 1, dimension, &product);
                if (isOut || std::fabs(cosine - one.score) > 0.02 || std::fabs(cosine - product) > 1e-3) return false;
            }
        }
        const auto isSame = [](const vs_found &a, const vs_found &b) { return a.row == b.row && a.score == b.score; };
        if (expected.empty()) expected = found;
        if (!std::equal(found.begin(), found.end(), expected.begin(), isSame)) return false;
    }
    return true;
}

int main() {
    bool isRight = true;
    const auto run = [&](int64_t dimension, std::vector<int64_t> blocks, int64_t queries, int64_t wanted, int64_t threads) {
        if (check(dimension, blocks, queries, wanted, threads)) return;
        std::printf("vector scan: wrong at dimension %lld, %lld queries\n", (long long)dimension, (long long)queries);
        isRight = false;
    };
    for (int64_t queries : {1, 2, 3, 4, 5, 15, 16, 17, 31, 33, 64}) run(37, {16, 1, 15, 100}, queries, 9, 2);
    for (int64_t dimension : {1, 2, 3, 4, 5, 63, 64, 65, 256, 1000}) run(dimension, {33, 5}, 3, 50, 1);
    run(16384, {17}, 2, 3, 2);
    run(8, {5000, 3}, 2, 1, 3);
    return isRight ? 0 : 1;
}
