// Gradients of the global cosines. They need the attended vectors of every pair, and those only the means of its weights:
// first the means of all pairs, tile by tile; then products as large as all captions with one image, and all images with
// one caption, so that each of the wide tables is read once. Included inside a namespace, once for each instruction set.

/// Means of the weights of a tile's pairs.
template <class Number>
class MeansTile : Tile<Number> {
    using Base = Tile<Number>;
    using Base::problem, Base::image, Base::text, Base::K, Base::H, Base::row, Base::images, Base::captions, Base::line;

public:
    MeansTile(const Problem &problem, float *workspace) : Base(problem, workspace) {
        logits = Base::take(problem.mostWords * row), weights = Base::take(problem.mostWords * row);
    }
    using Base::floats;

    void run(int64_t imageBlock, int64_t captionBlock) {
        Base::enter(imageBlock, captionBlock);
        for (int64_t h = 0; h < H; ++h) {
            Base::multiplyWordsByRegions(text.key, image.query, logits, h);
            for (int64_t caption = 0; caption < captions; ++caption) meansOfWords(caption, h);
            Base::multiplyWordsByRegions(text.query, image.key, logits, h);
            for (int64_t i = 0; i < images; ++i) {
                for (int64_t caption = 0; caption < captions; ++caption) meansOfRegions(i, caption, h);
            }
        }
    }

private:
    float *logits, *weights;  // [words, row] of one head

    void meansOfWords(int64_t caption, int64_t h) {
        const int64_t N = Base::wordsOf(caption);
        Base::attendToWords(logits + Base::wordsBefore(caption) * row, weights, N);
        for (int64_t i = 0; i < images; ++i) {
            float *means = problem.meansOfWords(Base::firstImage + i, Base::firstCaption + caption) + h * N;
            for (int64_t n = 0; n < N; ++n) means[n] = sum(weights + n * row + i * K, K) / K;
        }
    }

    void meansOfRegions(int64_t i, int64_t caption, int64_t h) {
        const int64_t N = Base::wordsOf(caption);
        float *means = problem.meansOfRegions(Base::firstImage + i, Base::firstCaption + caption) + h * K;
        for (int64_t k = 0; k < K; ++k) means[k] = 0;
        for (int64_t n = 0; n < N; ++n) {
            Base::attendToRegions(logits + (Base::wordsBefore(caption) + n) * row + i * K, line);
            for (int64_t k = 0; k < K; ++k) means[k] += line[k];
        }
        for (int64_t k = 0; k < K; ++k) means[k] /= N;
    }
};

/// The attended text of captions begin ..< end for every image of the chunk, through its projection.
template <class Number>
void attendTexts(const Problem &problem, int64_t begin, int64_t end, float *space) {
    const int64_t D = problem.text.dimension;
    for (int64_t j = begin; j < end; ++j) {
        const int64_t HN = problem.weights(j);
        multiply<Number>(problem.chunk, D, HN, {problem.meansOfWords(problem.firstOfChunk, j), HN, 1},
                         {problem.attendedTable(problem.text.attended, j), D, 1},
                         {problem.attendedTexts + j * problem.chunk * D, D, false}, space);
    }
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

/// Gradients of images begin ..< end of the chunk, whose means become gradients, and of the attended texts in place.
/// `workspace` has `globalFloats`.
template <class Number>
void compareImages(const Problem &problem, int64_t begin, int64_t end, float *workspace) {
    const int64_t D = problem.image.dimension, HK = problem.image.heads * problem.image.regions, T = problem.text.count;
    float *space = workspace, *v = workspace + productSpace;
    for (int64_t i = problem.firstOfChunk + begin; i < problem.firstOfChunk + end; ++i) {
        const float *table = problem.image.attended + i * HK * D;
        for (int64_t j = 0; j < T; j += globalCaptions) {
            const int64_t count = std::min(T - j, globalCaptions);
            float *means = problem.meansOfRegions(i, j);
            multiply<Number>(count, D, HK, {means, HK, 1}, {table, D, 1}, {v, D, false}, space);
            compareGlobals(problem, i, j, count, v);
            multiply<Number>(HK, D, count, {means, 1, HK}, {v, D, 1}, {problem.toImage.attended + i * HK * D, D, j > 0},
                             space);
            multiply<Number>(count, HK, D, {v, D, 1}, {table, 1, D}, {means, HK, false}, space);
        }
    }
}

inline size_t globalFloats(const Problem &problem) {
    return productSpace + std::min(problem.text.count, globalCaptions) * problem.image.dimension;
}

/// Gradients of captions begin ..< end from those of their attended texts; their means of the chunk become gradients.
template <class Number>
void spreadToTexts(const Problem &problem, int64_t begin, int64_t end, float *space) {
    const int64_t D = problem.text.dimension;
    for (int64_t j = begin; j < end; ++j) {
        const int64_t HN = problem.weights(j);
        const float *from = problem.attendedTexts + j * problem.chunk * D;
        float *means = problem.meansOfWords(problem.firstOfChunk, j);
        multiply<Number>(HN, D, problem.chunk, {means, 1, HN}, {from, D, 1},
                         {problem.attendedTable(problem.toText.attended, j), D, problem.firstOfChunk > 0}, space);
        multiply<Number>(problem.chunk, HN, D, {from, D, 1}, {problem.attendedTable(problem.text.attended, j), 1, D},
                         {means, HN, false}, space);
    }
}
