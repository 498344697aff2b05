// The gradient's part of the C interface: cuts the pairs into tiles and hands the steps to libtorch's threads.
#include "parallel.hpp"
#include "problem.hpp"

#include <mutex>

namespace pair_score {
namespace {

/// Workspaces of the threads at work, each used by many tasks: fresh pages cost as much as some tasks do.
class Workspaces {
public:
    explicit Workspaces(size_t floats) : floats(floats) {}

    /// Calls body(task, workspace) for 0 ..< tasks on libtorch's threads. Whoever is done takes the next: tasks of long
    /// captions take several times as long as those of short ones.
    template <class Body>
    void share(int64_t tasks, Body body) {
        std::atomic<int64_t> next = 0;
        parallel(tasks, [&](int64_t, int64_t) {
            Array<float> workspace = taken();
            for (int64_t task; (task = next++) < tasks;) body(task, workspace.at(0));
            const std::lock_guard lock(mutex);
            free.push_back(std::move(workspace));
        });
    }

private:
    const size_t floats;
    std::mutex mutex;
    std::vector<Array<float>> free;

    Array<float> taken() {
        {
            const std::lock_guard lock(mutex);
            if (!free.empty()) {
                Array<float> workspace = std::move(free.back());
                free.pop_back();
                return workspace;
            }
        }
        return Array<float>(floats);
    }
};

/// Larger tiles use each table more often, smaller ones stay in cache and occupy more threads. Found by measuring.
constexpr int64_t tileColumns = 288, tileCaptions = 16, tileWords = 240;

void cut(Problem &problem) {
    const ps_images &images = problem.image;
    const ps_texts &texts = problem.text;
    problem.mostImages = std::clamp<int64_t>(tileColumns / images.regions, 1, images.count);
    for (int64_t image = 0; image < images.count; image += problem.mostImages) problem.imageBlocks.push_back(image);
    problem.imageBlocks.push_back(images.count);

    problem.textGramOffsets.push_back(0);
    problem.captionBlocks.push_back(0);
    for (int64_t caption = 0, captions = 0, words = 0; caption < texts.count; ++caption) {
        const int64_t N = texts.offsets[caption + 1] - texts.offsets[caption];
        problem.textGramOffsets.push_back(problem.textGramOffsets.back() + texts.heads * texts.heads * N * N);
        if (captions == tileCaptions || (captions > 0 && words + N > tileWords)) {
            problem.captionBlocks.push_back(caption);
            captions = words = 0;
        }
        captions += 1, words += N;
        problem.mostWords = std::max(problem.mostWords, words);
    }
    problem.captionBlocks.push_back(texts.count);
}

/// Of what tiles add to.
void clear(const Problem &problem) {
    const int64_t D = problem.image.dimension, regions = problem.image.count * problem.image.regions;
    const int64_t HK = problem.image.heads * problem.image.regions, words = problem.text.offsets[problem.text.count];
    const std::pair<float *, int64_t> tables[] = {
        {problem.toImage.query, regions * D}, {problem.toImage.unit, regions * D}, {problem.toImage.key, regions * D},
        {problem.toImage.gram, regions * problem.image.heads * HK}, {problem.toImage.own, problem.image.count * D},
        {problem.toText.query, words * D}, {problem.toText.unit, words * D}, {problem.toText.key, words * D},
        {problem.toText.gram, problem.textGramOffsets.back()}};
    for (auto [table, count] : tables) std::memset(table, 0, count * sizeof(float));
}

/// Of the gradients of Gram matrices, which are symmetric, tiles compute what lies above the diagonal.
void mirror(const Problem &problem) {
    const auto square = [](float *gradient, int64_t size) {
        for (int64_t i = 0; i < size; ++i) {
            for (int64_t j = 0; j < i; ++j) gradient[i * size + j] = gradient[j * size + i];
        }
    };
    const int64_t HK = problem.image.heads * problem.image.regions;
    parallel(problem.image.count, [&](int64_t begin, int64_t end) {
        for (int64_t image = begin; image < end; ++image) square(problem.toImage.gram + image * HK * HK, HK);
    });
    parallel(problem.text.count, [&](int64_t begin, int64_t end) {
        for (int64_t text = begin; text < end; ++text) {
            square(problem.toText.gram + problem.textGramOffsets[text], problem.weights(text));
        }
    });
}

/// What attended texts may take at once, in floats.
constexpr int64_t mostAttended = 16 << 20;

void globalGradients(Problem &problem, const Gradient &steps, Workspaces &workspaces) {
    const int64_t images = problem.image.count, captions = problem.text.count;
    const int64_t most = std::clamp<int64_t>(mostAttended / (captions * problem.text.dimension), 1, images);
    const Array<float> attendedTexts(most * captions * problem.text.dimension);
    problem.attendedTexts = attendedTexts.at(0);
    const auto all = [&](int64_t count, auto step) {
        workspaces.share(count, [&](int64_t item, float *workspace) { step(problem, item, workspace); });
    };
    for (problem.firstOfChunk = 0; problem.firstOfChunk < images; problem.firstOfChunk += most) {
        problem.chunk = std::min(most, images - problem.firstOfChunk);
        all(captions, steps.attendTexts);
        all(problem.chunk, steps.compareImages);
        all(captions, steps.spreadToTexts);
    }
}

void backward(Problem &problem, const Gradient &steps) {
    clear(problem);
    Workspaces workspaces(steps.workspaceFloats(problem));
    const int64_t images = problem.image.count, captions = problem.text.count;
    const Array<float> toRegionMeans(images * captions * problem.image.heads * problem.image.regions);
    const Array<float> toWordMeans(images * problem.wordWeights());
    problem.toRegionMeans = toRegionMeans.at(0), problem.toWordMeans = toWordMeans.at(0);
    globalGradients(problem, steps, workspaces);
    // In each round every block of the side with fewer blocks meets its own block of the other side: no two tiles at
    // work add to the same gradient, and every gradient is summed in the order of the rounds whatever the threads do.
    const int64_t imageBlocks = problem.imageBlocks.size() - 1, captionBlocks = problem.captionBlocks.size() - 1;
    const int64_t rounds = std::max(imageBlocks, captionBlocks), tiles = std::min(imageBlocks, captionBlocks);
    for (int64_t round = 0; round < rounds; ++round) {
        workspaces.share(tiles, [&](int64_t block, float *workspace) {
            const int64_t partner = (block + round) % rounds;
            if (imageBlocks < captionBlocks) steps.local(problem, block, partner, workspace);
            else steps.local(problem, partner, block, workspace);
        });
    }
    mirror(problem);
}

}  // namespace
}  // namespace pair_score

using namespace pair_score;

ps_status ps_backward(const ps_images *images, const ps_texts *texts, ps_precision precision,
                      ps_instructions instructions, float local_weight, const ps_means *means,
                      const float *score_gradient, const ps_image_gradients *image_gradients,
                      const ps_text_gradients *text_gradients) try {
    if (!images || !texts || !means || !score_gradient || !image_gradients || !text_gradients || !isSound(*images)
        || !isSound(*texts) || images->dimension != texts->dimension || images->heads != texts->heads) {
        return PS_BAD_SIZES;
    }
    const Kernel *kernel = pair_score::kernel(instructions);
    if (!kernel) return PS_NO_SUCH_INSTRUCTIONS;
    Problem problem = {*images, *texts, local_weight, *means, score_gradient, *image_gradients, *text_gradients};
    cut(problem);
    backward(problem, precision == PS_FIXED16 ? kernel->half : kernel->single);
    return PS_OK;
} catch (const std::bad_alloc &) {
    return PS_OUT_OF_MEMORY;
}

int64_t ps_backward_bytes(const ps_images *images, const ps_texts *texts) {
    const ps_means means = {};
    const ps_image_gradients toImages = {};
    const ps_text_gradients toTexts = {};
    Problem problem = {*images, *texts, 0, means, nullptr, toImages, toTexts};
    cut(problem);
    const int64_t D = images->dimension, HK = images->heads * images->regions, regions = images->count * images->regions;
    const int64_t words = texts->offsets[texts->count], pairs = images->count * texts->count;
    const int64_t imageBlocks = problem.imageBlocks.size() - 1, captionBlocks = problem.captionBlocks.size() - 1;
    // A block reads queries, units, keys and Gram matrices, reads their gradients and writes them.
    const int64_t blocks = captionBlocks * (3 * regions * D + images->count * HK * HK)
        + imageBlocks * (3 * words * D + problem.textGramOffsets.back());
    // Tables of attended vectors are read twice and their gradients written; attended texts are written, read and written
    // again as gradients, and read twice.
    const int64_t attended = 3 * images->heads * (regions + words) * D + 5 * pairs * D;
    // Means are read twice, their gradients written and read.
    const int64_t ofMeans = 4 * (pairs * HK + images->count * problem.wordWeights());
    return sizeof(float) * (3 * blocks + attended + ofMeans);
}
