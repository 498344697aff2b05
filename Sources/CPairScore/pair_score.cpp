// The C interface: checks the sizes, cuts the pairs into tiles and hands them to libtorch's threads.
#include "problem.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

// libtorch's thread pool, of its stable C interface: one chunk of begin ..< end for each thread.
extern "C" int32_t torch_parallel_for(int64_t begin, int64_t end, int64_t grain,
                                      void (*body)(int64_t, int64_t, void *), void *context);

namespace pair_score {
namespace {

// Larger tiles use each table more often, smaller ones stay in cache and occupy more threads. Found by measuring.
constexpr int64_t tileColumns = 288, tileCaptions = 16, tileWords = 240;

const Kernel &kernel() {
#if defined(__x86_64__)
    static const bool fast = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (fast) return avx2Kernel;
#endif
    return portableKernel;
}

bool sizesAreSound(const ps_tables &t) {
    if (t.images < 1 || t.regions < 1 || t.captions < 1 || t.heads < 1 || t.dimension < 1) return false;
    if (t.dimension % t.heads != 0 || !t.offsets || t.offsets[0] != 0) return false;
    for (int64_t caption = 0; caption < t.captions; ++caption) {
        if (t.offsets[caption + 1] <= t.offsets[caption]) return false;
    }
    return true;
}

int64_t wordsOf(const ps_tables &t, int64_t caption) { return t.offsets[caption + 1] - t.offsets[caption]; }

void cut(Problem &problem) {
    const ps_tables &t = problem.tables;
    problem.mostImages = std::clamp<int64_t>(tileColumns / t.regions, 1, t.images);
    for (int64_t image = 0; image < t.images; image += problem.mostImages) problem.imageBlocks.push_back(image);
    problem.imageBlocks.push_back(t.images);

    problem.textGramOffsets.push_back(0);
    problem.captionBlocks.push_back(0);
    for (int64_t caption = 0, captions = 0, words = 0; caption < t.captions; ++caption) {
        const int64_t N = wordsOf(t, caption);
        problem.textGramOffsets.push_back(problem.textGramOffsets.back() + t.heads * t.heads * N * N);
        if (captions == tileCaptions || (captions > 0 && words + N > tileWords)) {
            problem.captionBlocks.push_back(caption);
            captions = words = 0;
        }
        captions += 1, words += N;
        problem.mostCaptions = std::max(problem.mostCaptions, captions);
        problem.mostWords = std::max(problem.mostWords, words);
        problem.longestCaption = std::max(problem.longestCaption, N);
    }
    problem.captionBlocks.push_back(t.captions);
}

/// Calls body(index, workspace) for 0 ..< count on libtorch's threads; false when memory runs out.
template <class Body>
bool parallel(const Problem &problem, int64_t count, Body body) {
    struct Context { Body body; size_t bytes; std::atomic<bool> failed; };
    Context context = {body, (kernel().workspaceFloats(problem) * sizeof(float) + 63) / 64 * 64, {false}};
    const int32_t status = torch_parallel_for(0, count, 1, [](int64_t begin, int64_t end, void *pointer) {
        auto &context = *static_cast<Context *>(pointer);
        auto *workspace = static_cast<float *>(std::aligned_alloc(64, context.bytes));
        if (!workspace) {
            context.failed = true;
            return;
        }
        for (int64_t index = begin; index < end; ++index) context.body(index, workspace);
        std::free(workspace);
    }, &context);
    return status == 0 && !context.failed;
}

bool forward(const Problem &problem) {
    // A task is one image block with a run of caption blocks: few images or few captions still fill the threads.
    constexpr int64_t run = 4;
    const int64_t captionBlocks = problem.captionBlocks.size() - 1, runs = (captionBlocks + run - 1) / run;
    const int64_t imageBlocks = problem.imageBlocks.size() - 1;
    return parallel(problem, imageBlocks * runs, [&, runs, captionBlocks](int64_t task, float *workspace) {
        const int64_t first = task % runs * run;
        for (int64_t block = first; block < first + run && block < captionBlocks; ++block) {
            kernel().run(problem, task / runs, block, workspace);
        }
    });
}

void clear(const Problem &problem) {
    const ps_tables &t = problem.tables;
    const ps_gradients &g = *problem.gradients;
    const int64_t HK = t.heads * t.regions, words = t.offsets[t.captions];
    const auto zero = [](float *at, int64_t count) { std::memset(at, 0, count * sizeof(float)); };
    for (float *at : {g.image_query, g.image_unit, g.image_key}) zero(at, t.images * t.regions * t.dimension);
    for (float *at : {g.text_query, g.text_unit, g.text_key}) zero(at, words * t.dimension);
    zero(g.image_gram, t.images * HK * HK);
    zero(g.image_attended, t.images * HK * t.dimension);
    zero(g.image_own, t.images * t.dimension);
    zero(g.text_gram, problem.textGramOffsets.back());
    zero(g.text_attended, t.heads * words * t.dimension);
}

bool backward(const Problem &problem) {
    clear(problem);
    // In each round every block of the side with fewer blocks meets its own block of the other side: no two tiles at
    // work add to the same gradient, and every gradient is summed in the order of the rounds whatever the threads do.
    const int64_t imageBlocks = problem.imageBlocks.size() - 1, captionBlocks = problem.captionBlocks.size() - 1;
    const int64_t rounds = std::max(imageBlocks, captionBlocks), tiles = std::min(imageBlocks, captionBlocks);
    for (int64_t round = 0; round < rounds; ++round) {
        const bool done = parallel(problem, tiles, [&, round](int64_t block, float *workspace) {
            const int64_t partner = (block + round) % rounds;
            if (imageBlocks < captionBlocks) kernel().run(problem, block, partner, workspace);
            else kernel().run(problem, partner, block, workspace);
        });
        if (!done) return false;
    }
    return true;
}

}  // namespace
}  // namespace pair_score

using pair_score::Problem;

ps_status ps_forward(const ps_tables *tables, float local_weight, float *score, float *local, float *global) try {
    if (!tables || !score || !pair_score::sizesAreSound(*tables)) return PS_BAD_SIZES;
    Problem problem = {
        .tables = *tables, .localWeight = local_weight, .score = score, .local = local, .global = global};
    pair_score::cut(problem);
    return pair_score::forward(problem) ? PS_OK : PS_OUT_OF_MEMORY;
} catch (const std::bad_alloc &) {
    return PS_OUT_OF_MEMORY;
}

ps_status ps_backward(const ps_tables *tables, float local_weight, const float *score_gradient,
                      const ps_gradients *gradients) try {
    if (!tables || !score_gradient || !gradients || !pair_score::sizesAreSound(*tables)) return PS_BAD_SIZES;
    Problem problem = {
        .tables = *tables, .localWeight = local_weight, .scoreGradient = score_gradient, .gradients = gradients};
    pair_score::cut(problem);
    return pair_score::backward(problem) ? PS_OK : PS_OUT_OF_MEMORY;
} catch (const std::bad_alloc &) {
    return PS_OUT_OF_MEMORY;
}
