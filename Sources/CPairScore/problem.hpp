// One call of the kernel: what it reads and writes, and how its pairs are cut into tiles.
#pragma once

#include "include/pair_score.h"

#include <cstddef>
#include <vector>

namespace pair_score {

struct Problem {
    const ps_tables &tables;
    float localWeight;
    const float *scoreGradient = nullptr;      // null in a forward call
    const ps_gradients *gradients = nullptr;   // null in a forward call
    float *score = nullptr;                    // null in a backward call
    float *local = nullptr, *global = nullptr;  // may be null

    std::vector<int64_t> textGramOffsets = {};                  // [T + 1], in floats
    std::vector<int64_t> imageBlocks = {}, captionBlocks = {};  // first item of each block, then the number of items
    int64_t mostImages = 0, mostCaptions = 0, mostWords = 0;    // in a block
    int64_t longestCaption = 0;                                 // in words
};

/// The tile's work for one instruction set: `run` takes the pairs of one image block x one caption block.
struct Kernel {
    size_t (*workspaceFloats)(const Problem &problem);
    void (*run)(const Problem &problem, int64_t imageBlock, int64_t captionBlock, float *workspace);
};

extern const Kernel portableKernel;
#if defined(__x86_64__)
extern const Kernel avx2Kernel;
#endif

}  // namespace pair_score
