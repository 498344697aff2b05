// Gradients of the global cosines. They need the attended vectors of every pair, and those only the means of its weights,
// which the scores left: products as large as all captions with one image, and all images with one caption, so that each of
// the wide tables is read once. Included inside a namespace, once for each instruction set.

/// The attended text of caption j for every image of the chunk, through its projection.
template <class Number>
void attendTexts(const Problem &problem, int64_t j, float *space) {
    const int64_t D = problem.text.dimension, HN = problem.weights(j);
    const float *means = problem.means.words + problem.placeOfWords(problem.firstOfChunk, j);
    multiply<Number>(problem.chunk, D, HN, {means, problem.wordWeights(), 1},
                     {problem.attendedTable(problem.text.attended, j), D, 1},
                     {problem.attendedTexts + j * problem.chunk * D, D, false}, space);
}

/// The attended images `v` [captions, D] and texts of one image become gradients of their cosines, weighted.
inline void compareGlobals(const Problem &problem, int64_t i, int64_t firstCaption, int64_t captions, float *v) {
    const int64_t D = problem.image.dimension;
    const float *own = problem.image.own + i * D;
    float *toOwn = problem.toImage.own + i * D;
    for (int64_t j = 0; j < captions; ++j, v += D) {
        float *w = problem.attendedTexts + ((firstCaption + j) * problem.chunk + i - problem.firstOfChunk) * D;
        for (int64_t x = 0; x < D; ++x) v[x] += own[x];
        const float vNorm = __builtin_elementwise_sqrt(dot(v, v, D)), wNorm = __builtin_elementwise_sqrt(dot(w, w, D));
        const float vLength = vNorm < smallestNorm ? smallestNorm : vNorm;
        const float wLength = wNorm < smallestNorm ? smallestNorm : wNorm;
        const float cosine = dot(v, w, D) / (vLength * wLength);
        const float upstream = problem.scoreGradient[i * problem.text.count + firstCaption + j];
        const float gradient = (1 - problem.localWeight) * upstream, cross = gradient / (vLength * wLength);
        const float vOwn = vNorm < smallestNorm ? 0 : gradient * cosine / (vLength * vLength);
        const float wOwn = wNorm < smallestNorm ? 0 : gradient * cosine / (wLength * wLength);
        for (int64_t x = 0; x < D; ++x) {
            const float vx = v[x], wx = w[x];
            v[x] = cross * wx - vOwn * vx;
            w[x] = cross * vx - wOwn * wx;
            toOwn[x] += v[x];
        }
    }
}

/// Gradients of an image of the chunk and of its means, and of the attended texts in place. `workspace` has `globalFloats`.
template <class Number>
void compareImages(const Problem &problem, int64_t image, float *workspace) {
    const int64_t D = problem.image.dimension, HK = problem.image.heads * problem.image.regions, T = problem.text.count;
    const int64_t i = problem.firstOfChunk + image;
    float *space = workspace, *v = workspace + productSpace;
    const float *table = problem.image.attended + i * HK * D;
    for (int64_t j = 0; j < T; j += globalCaptions) {
        const int64_t count = std::min(T - j, globalCaptions), place = problem.placeOfRegions(i, j);
        const float *means = problem.means.regions + place;
        multiply<Number>(count, D, HK, {means, HK, 1}, {table, D, 1}, {v, D, false}, space);
        compareGlobals(problem, i, j, count, v);
        multiply<Number>(HK, D, count, {means, 1, HK}, {v, D, 1}, {problem.toImage.attended + i * HK * D, D, j > 0}, space);
        multiply<Number>(count, HK, D, {v, D, 1}, {table, 1, D}, {problem.toRegionMeans + place, HK, false}, space);
    }
}

inline size_t globalFloats(const Problem &problem) {
    return productSpace + std::min(problem.text.count, globalCaptions) * problem.image.dimension;
}

/// Gradients of caption j, and of its means of the chunk, from those of its attended texts.
template <class Number>
void spreadToTexts(const Problem &problem, int64_t j, float *space) {
    const int64_t D = problem.text.dimension, HN = problem.weights(j), row = problem.wordWeights();
    const int64_t place = problem.placeOfWords(problem.firstOfChunk, j);
    const float *from = problem.attendedTexts + j * problem.chunk * D;
    multiply<Number>(HN, D, problem.chunk, {problem.means.words + place, 1, row}, {from, D, 1},
                     {problem.attendedTable(problem.toText.attended, j), D, problem.firstOfChunk > 0}, space);
    multiply<Number>(problem.chunk, HN, D, {from, D, 1}, {problem.attendedTable(problem.text.attended, j), 1, D},
                     {problem.toWordMeans + place, row, false}, space);
}
