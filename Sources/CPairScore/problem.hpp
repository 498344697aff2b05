// What the C interface hands to the code of one instruction set.
#pragma once

#include "include/pair_score.h"
#include "packed.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace pair_score {

/// One backward call: what it reads and writes, and how its pairs are cut into tiles.
struct Problem {
    const ps_images &image;
    const ps_texts &text;
    float localWeight;
    const ps_means &means;
    const float *scoreGradient;
    const ps_image_gradients &toImage;
    const ps_text_gradients &toText;

    std::vector<int64_t> textGramOffsets = {};                  // [T + 1], in floats
    std::vector<int64_t> imageBlocks = {}, captionBlocks = {};  // first item of each block, then the number of items
    int64_t mostImages = 0, mostWords = 0;                      // in a block

    // Of `means`.
    float *toRegionMeans = nullptr, *toWordMeans = nullptr;
    // The images whose attended texts [T, chunk, D] there is room for, later their gradients.
    int64_t firstOfChunk = 0, chunk = 0;
    float *attendedTexts = nullptr;

    /// A caption's heads x words.
    int64_t weights(int64_t caption) const {
        return text.heads * (text.offsets[caption + 1] - text.offsets[caption]);
    }
    /// Heads x words of all captions: a row of the means of words.
    int64_t wordWeights() const { return text.heads * text.offsets[text.count]; }
    /// Where a pair's means stand among all of them, and their gradients.
    int64_t placeOfRegions(int64_t i, int64_t caption) const {
        return (i * text.count + caption) * image.heads * image.regions;
    }
    int64_t placeOfWords(int64_t i, int64_t caption) const {
        return i * wordWeights() + text.heads * text.offsets[caption];
    }
    template <class Float>
    Float *attendedTable(Float *texts, int64_t caption) const {
        return texts + text.heads * text.offsets[caption] * text.dimension;
    }
};

/// Steps of the gradient in one precision, each with a workspace of `workspaceFloats`.
struct Gradient {
    size_t (*workspaceFloats)(const Problem &problem);
    /// Of one image block x one caption block: all gradients but those of the global cosine.
    void (*local)(const Problem &problem, int64_t imageBlock, int64_t captionBlock, float *workspace);
    /// Of a caption, an image of the chunk, a caption: the three steps of the global cosine.
    void (*attendTexts)(const Problem &problem, int64_t caption, float *workspace);
    void (*compareImages)(const Problem &problem, int64_t image, float *workspace);
    void (*spreadToTexts)(const Problem &problem, int64_t caption, float *workspace);
};

/// Tables of one side before they are packed, images and captions alike.
struct ItemTables {
    const float *query, *unit, *key, *gram, *attended, *own;  // `own` of images only
    std::vector<int64_t> rowOffsets, gramOffsets;             // [items + 1], in rows and in floats
};

struct Kernel {
    /// Fills the places of the packed items begin ..< end; returns the first of the caller's items among them that has a
    /// number that is not finite, or the number of items.
    int64_t (*pack)(const Packed &to, const ItemTables &from, int64_t begin, int64_t end);
    /// Scores groups of images x captions: task is (image group) x (run of `run` caption groups), begin ..< end of them.
    void (*score)(const Packed &images, const Packed &texts, float localWeight, float *score, const ps_means *means,
                  int64_t run, int64_t begin, int64_t end);
    /// With products of float32; with 16-bit products where these instructions have them.
    Gradient single, half;
};

extern const Kernel portableKernel;
#if defined(__x86_64__)
extern const Kernel avx2Kernel, avx512Kernel, avx512Bf16Kernel;
#endif

/// Null where this machine lacks the instructions.
const Kernel *kernel(ps_instructions instructions);

bool isSound(const ps_images &images);
bool isSound(const ps_texts &texts);

}  // namespace pair_score
