// What the C interface hands to the code of one instruction set.
#pragma once

#include "include/pair_score.h"
#include "packed.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace pair_score {

struct Kernel;

/// One backward call: what it reads and writes, and how its pairs are cut into tiles.
struct Problem {
    const Kernel &kernel;
    const ps_images &image;
    const ps_texts &text;
    float localWeight;
    const float *scoreGradient;
    const ps_image_gradients &toImage;
    const ps_text_gradients &toText;

    std::vector<int64_t> textGramOffsets = {};                  // [T + 1], in floats
    std::vector<int64_t> imageBlocks = {}, captionBlocks = {};  // first item of each block, then the number of items
    int64_t mostImages = 0, mostCaptions = 0, mostWords = 0;    // in a block
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
    void (*score)(const Packed &images, const Packed &texts, float localWeight, float *score, int64_t run, int64_t begin,
                  int64_t end);
    /// Adds the gradients of one image block x one caption block.
    size_t (*workspaceFloats)(const Problem &problem);
    void (*backward)(const Problem &problem, int64_t imageBlock, int64_t captionBlock, float *workspace);
};

extern const Kernel portableKernel;
#if defined(__x86_64__)
extern const Kernel avx2Kernel, avx512Kernel;
#endif

}  // namespace pair_score
