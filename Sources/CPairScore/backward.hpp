// Gradients of one tile, a block of images x a block of captions, all that lies between recomputed. Included inside a
// namespace, once for each instruction set. Columns are the regions of the tile's images, i * K + k; rows are the words
// of its captions.

class GradientTile {
public:
    /// Lays its buffers out in `workspace`; with null, only `floats` and nothing else may be asked of it.
    GradientTile(const Problem &problem, float *workspace)
        : problem(problem), image(problem.image), text(problem.text), toImage(problem.toImage), toText(problem.toText),
          workspace(workspace) {
        K = image.regions, D = image.dimension, H = image.heads, d = D / H;
        row = (problem.mostImages * K + 7) / 8 * 8;
        const int64_t pairs = problem.mostImages * problem.mostCaptions;
        const int64_t plane = H * problem.mostWords * row, means = H * problem.mostWords * problem.mostImages;
        int64_t deepest = D;
        for (int64_t depth : {row, H * K, H * problem.mostWords}) deepest = depth > deepest ? depth : deepest;
        for (float **buffer : {&wordLogits, &wordDots, &regionLogits, &regionDots, &wordWeights, &regionWeights, &form})
            *buffer = take(plane);
        wordMeans = take(means), regionMeans = take(pairs * H * K);
        attendedImage = take(pairs * D), attendedText = take(pairs * D);
        line = take(row > H * K ? row : H * K), panel = take(panelSpace(deepest));
        scaled = take(plane), wordMeansGradient = take(means), regionMeansGradient = take(2 * pairs * H * K);
    }

    size_t floats() const { return used; }

    void run(int64_t imageBlock, int64_t captionBlock) {
        firstImage = problem.imageBlocks[imageBlock], images = problem.imageBlocks[imageBlock + 1] - firstImage;
        firstCaption = problem.captionBlocks[captionBlock];
        captions = problem.captionBlocks[captionBlock + 1] - firstCaption;
        firstWord = text.offsets[firstCaption], words = text.offsets[firstCaption + captions] - firstWord;
        columns = images * K;
        attend();
        compareGlobals();
        for (int64_t caption = 0; caption < captions; ++caption) compareRegions(caption);
        for (int64_t i = 0; i < images; ++i) compareWords(i);
        projectGradients();
    }

private:
    const Problem &problem;
    const ps_images &image;
    const ps_texts &text;
    const ps_image_gradients &toImage;
    const ps_text_gradients &toText;
    int64_t K, D, H, d, row;
    int64_t firstImage, images, firstCaption, captions, firstWord, words, columns;

    float *workspace;  // null where only its size is asked for
    size_t used = 0;
    // [H, words, row]: softmax's arguments and the cosines' numerators; later the gradients of the same.
    float *wordLogits, *wordDots, *regionLogits, *regionDots;
    float *wordWeights;    // for each caption of N words [HN, row]: each region's attention to the words
    float *regionWeights;  // [images, words, HK]: each word's attention to the regions
    float *wordMeans, *regionMeans;  // their means: for each caption [images, HN]; [images, captions, HK]
    float *wordMeansGradient;        // for each caption [HN, images]
    float *regionMeansGradient;      // [images, captions, HK], and as much again as scratch
    float *attendedImage, *attendedText;  // [images, captions, D], then their gradients
    float *form, *scaled;  // weights x Gram matrix; weights x the gradient of their form
    float *line, *panel;

    float *take(int64_t count) {
        const size_t at = used;
        used += (count + 15) / 8 * 8;  // whole vectors, and one that a load or store may run into
        return workspace ? workspace + at : nullptr;
    }

    int64_t wordsBefore(int64_t caption) const { return text.offsets[firstCaption + caption] - firstWord; }
    int64_t wordsOf(int64_t caption) const { return wordsBefore(caption + 1) - wordsBefore(caption); }
    int64_t pair(int64_t i, int64_t caption) const {
        return (firstImage + i) * text.count + firstCaption + caption;
    }
    float *plane(float *buffer, int64_t head, int64_t word) const { return buffer + (head * words + word) * row; }
    template <class Float>
    Float *regionRows(Float *table, int64_t head) const { return table + firstImage * K * D + head * d; }
    template <class Float>
    Float *wordRows(Float *table, int64_t head) const { return table + firstWord * D + head * d; }
    template <class Float>
    Float *textBlock(Float *table, int64_t caption) const { return table + H * text.offsets[firstCaption + caption] * D; }

    // Dot products of every word with every region, and both softmaxes, head by head while the head is in cache.
    void attend() {
        for (int64_t h = 0; h < H; ++h) {
            multiplyWordsByRegions(text.key, image.query, wordLogits, h);
            for (int64_t caption = 0; caption < captions; ++caption) attendToWords(caption, h);
            multiplyWordsByRegions(text.key, image.unit, wordDots, h);
            multiplyWordsByRegions(text.query, image.key, regionLogits, h);
            for (int64_t i = 0; i < images; ++i) attendToRegions(i, h);
            multiplyWordsByRegions(text.unit, image.key, regionDots, h);
        }
    }

    void multiplyWordsByRegions(const float *word, const float *region, float *to, int64_t h) {
        multiply(words, columns, d, {wordRows(word, h), D, 1}, {regionRows(region, h), 1, D},
                 {plane(to, h, 0), row, false}, panel);
    }

    void attendToWords(int64_t caption, int64_t h) {
        const int64_t before = wordsBefore(caption), N = wordsOf(caption);
        const float *logits = plane(wordLogits, h, before);
        float *weights = wordWeights + (H * before + h * N) * row;
        for (int64_t c = 0; c < columns; c += 8) {
            Lanes most = load(logits + c), total = 0.0f;
            for (int64_t n = 1; n < N; ++n) most = larger(most, load(logits + n * row + c));
            for (int64_t n = 0; n < N; ++n) {
                const Lanes weight = exponential(load(logits + n * row + c) - most);
                store(weights + n * row + c, weight);
                total += weight;
            }
            total = 1.0f / total;
            for (int64_t n = 0; n < N; ++n) store(weights + n * row + c, load(weights + n * row + c) * total);
        }
        for (int64_t i = 0; i < images; ++i) {
            float *means = wordMeans + images * H * before + i * H * N + h * N;
            for (int64_t n = 0; n < N; ++n) means[n] = sum(weights + n * row + i * K, K) / K;
        }
    }

    void attendToRegions(int64_t i, int64_t h) {
        const IntLanes lane = {0, 1, 2, 3, 4, 5, 6, 7};
        for (int64_t caption = 0; caption < captions; ++caption) {
            const int64_t before = wordsBefore(caption), N = wordsOf(caption);
            float *means = regionMeans + (i * captions + caption) * H * K + h * K;
            for (int64_t k = 0; k < K; ++k) means[k] = 0;
            for (int64_t n = 0; n < N; ++n) {
                // The last vector runs into the next image: masked here, and what is stored beyond K is not kept.
                const float *logits = plane(regionLogits, h, before + n) + i * K;
                float *weights = line;
                Lanes most = -__builtin_inff(), total = 0.0f;
                for (int64_t k = 0; k < K; k += 8) {
                    const Lanes logit = lane < IntLanes(int32_t(K - k)) ? load(logits + k) : Lanes(-__builtin_inff());
                    store(weights + k, logit);
                    most = larger(most, logit);
                }
                const float highest = largest(most);
                for (int64_t k = 0; k < K; k += 8) {
                    const Lanes weight = exponential(load(weights + k) - highest);
                    store(weights + k, weight);
                    total += weight;
                }
                const float scale = 1.0f / sum(total);
                float *kept = regionWeights + (i * words + before + n) * H * K + h * K;
                for (int64_t k = 0; k < K; ++k) {
                    kept[k] = weights[k] * scale;
                    means[k] += kept[k];
                }
            }
            for (int64_t k = 0; k < K; ++k) means[k] /= N;
        }
    }

    // The global vectors of every pair, and the gradients of their cosine.
    void compareGlobals() {
        for (int64_t i = 0; i < images; ++i) {
            float *to = attendedImage + i * captions * D;
            multiply(captions, D, H * K, {regionMeans + i * captions * H * K, H * K, 1},
                     {image.attended + (firstImage + i) * H * K * D, D, 1}, {to, D, false}, panel);
            const float *own = image.own + (firstImage + i) * D;
            for (int64_t j = 0; j < captions; ++j) {
                for (int64_t x = 0; x < D; ++x) to[j * D + x] += own[x];
            }
        }
        for (int64_t j = 0; j < captions; ++j) {
            const int64_t HN = H * wordsOf(j);
            multiply(images, D, HN, {wordMeans + images * H * wordsBefore(j), HN, 1},
                     {textBlock(text.attended, j), D, 1}, {attendedText + j * D, captions * D, false}, panel);
        }
        for (int64_t i = 0; i < images; ++i) {
            for (int64_t j = 0; j < captions; ++j) compareGlobals(i, j);
        }
        spreadGlobalGradients();
    }

    void compareGlobals(int64_t i, int64_t j) {
        float *v = attendedImage + (i * captions + j) * D, *w = attendedText + (i * captions + j) * D;
        const float vNorm = __builtin_elementwise_sqrt(dot(v, v, D)), wNorm = __builtin_elementwise_sqrt(dot(w, w, D));
        const float vLength = vNorm < smallestNorm ? smallestNorm : vNorm;
        const float wLength = wNorm < smallestNorm ? smallestNorm : wNorm;
        const float cosine = dot(v, w, D) / (vLength * wLength);
        const float gradient = (1 - problem.localWeight) * problem.scoreGradient[pair(i, j)];
        const float cross = gradient / (vLength * wLength);
        const float vOwn = vNorm < smallestNorm ? 0 : gradient * cosine / (vLength * vLength);
        const float wOwn = wNorm < smallestNorm ? 0 : gradient * cosine / (wLength * wLength);
        for (int64_t x = 0; x < D; ++x) {
            const float vx = v[x], wx = w[x];
            v[x] = cross * wx - vOwn * vx;
            w[x] = cross * vx - wOwn * wx;
        }
    }

    void spreadGlobalGradients() {
        for (int64_t i = 0; i < images; ++i) {
            const float *from = attendedImage + i * captions * D;
            const int64_t table = (firstImage + i) * H * K * D;
            float *means = regionMeansGradient + i * captions * H * K;
            float *across = regionMeansGradient + images * captions * H * K;  // [HK, captions]
            multiply(H * K, captions, D, {image.attended + table, D, 1}, {from, 1, D}, {across, captions, false},
                     panel);
            for (int64_t j = 0; j < captions; ++j) {
                for (int64_t x = 0; x < H * K; ++x) means[j * H * K + x] = across[x * captions + j];
            }
            multiply(H * K, D, captions, {regionMeans + i * captions * H * K, 1, H * K}, {from, D, 1},
                     {toImage.attended + table, D, true}, panel);
            float *own = toImage.own + (firstImage + i) * D;
            for (int64_t j = 0; j < captions; ++j) {
                for (int64_t x = 0; x < D; ++x) own[x] += from[j * D + x];
            }
        }
        for (int64_t j = 0; j < captions; ++j) {
            const int64_t HN = H * wordsOf(j), at = images * H * wordsBefore(j);
            const float *from = attendedText + j * D;
            multiply(HN, images, D, {textBlock(text.attended, j), D, 1}, {from, 1, captions * D},
                     {wordMeansGradient + at, images, false}, panel);
            multiply(HN, D, images, {wordMeans + at, 1, HN}, {from, captions * D, 1},
                     {textBlock(toText.attended, j), D, true}, panel);
        }
    }

    // Image to text for one caption: the cosine of every region with its attended words.
    void compareRegions(int64_t caption) {
        const int64_t before = wordsBefore(caption), N = wordsOf(caption), HN = H * N;
        const float *weights = wordWeights + H * before * row;
        const int64_t gram = problem.textGramOffsets[firstCaption + caption];
        multiply(HN, columns, HN, {text.gram + gram, HN, 1}, {weights, row, 1}, {form, row, false}, panel);
        float *upstream = line;
        for (int64_t i = 0; i < images; ++i) {
            const float gradient = problem.scoreGradient[pair(i, caption)] * problem.localWeight / (2 * K);
            for (int64_t k = 0; k < K; ++k) upstream[i * K + k] = gradient;
        }
        // What the means ask of each weight, spread over the columns; `scaled` is free until it is written below.
        const float *means = wordMeansGradient + images * H * before;
        for (int64_t j = 0; j < HN; ++j) {
            for (int64_t i = 0; i < images; ++i) {
                for (int64_t k = 0; k < K; ++k) scaled[j * row + i * K + k] = means[j * images + i] / K;
            }
        }
        for (int64_t c = 0; c < columns; c += 8) {
            Lanes numerator = 0.0f, square = 0.0f;
            for (int64_t h = 0; h < H; ++h) {
                const float *dots = plane(wordDots, h, before) + c;
                for (int64_t n = 0; n < N; ++n) {
                    const Lanes weight = load(weights + (h * N + n) * row + c);
                    numerator += weight * load(dots + n * row);
                    square += weight * load(form + (h * N + n) * row + c);
                }
            }
            const Lanes bounded = larger(square, smallestSquare);
            const Lanes inverse = 1.0f / __builtin_elementwise_sqrt(bounded);
            const Lanes dotGradient = load(upstream + c) * inverse;
            const Lanes forSquare = -0.5f * numerator * dotGradient / bounded;
            const Lanes formGradient = square > smallestSquare ? forSquare : Lanes(0.0f);
            for (int64_t h = 0; h < H; ++h) {
                float *dots = plane(wordDots, h, before) + c, *logits = plane(wordLogits, h, before) + c;
                const int64_t at = h * N * row + c;
                Lanes total = 0.0f;
                for (int64_t n = 0; n < N; ++n) {
                    const Lanes weight = load(weights + at + n * row);
                    const Lanes gradient = dotGradient * load(dots + n * row) + load(scaled + at + n * row)
                        + 2.0f * formGradient * load(form + at + n * row);
                    store(logits + n * row, gradient);
                    store(dots + n * row, dotGradient * weight);
                    store(scaled + at + n * row, formGradient * weight);
                    total += weight * gradient;
                }
                for (int64_t n = 0; n < N; ++n) {
                    store(logits + n * row, load(weights + at + n * row) * (load(logits + n * row) - total));
                }
            }
        }
        multiply(HN, HN, columns, {scaled, row, 1}, {weights, 1, row}, {toText.gram + gram, HN, true}, panel, true);
    }

    // Text to image for one image: the cosine of every word with its attended regions.
    void compareWords(int64_t i) {
        const int64_t HK = H * K, gram = (firstImage + i) * HK * HK;
        const float *weights = regionWeights + i * words * HK;
        multiply(words, HK, HK, {weights, HK, 1}, {image.gram + gram, HK, 1}, {form, HK, false}, panel);
        for (int64_t caption = 0; caption < captions; ++caption) {
            const int64_t N = wordsOf(caption);
            const float gradient = problem.scoreGradient[pair(i, caption)] * problem.localWeight / (2 * N);
            const float *means = regionMeansGradient + (i * captions + caption) * HK;
            for (int64_t n = 0; n < N; ++n) compareWord(i, wordsBefore(caption) + n, weights, gradient, means, 1.0f / N);
        }
        multiply(HK, HK, words, {scaled, 1, HK}, {weights, HK, 1}, {toImage.gram + gram, HK, true}, panel, true);
    }

    void compareWord(int64_t i, int64_t w, const float *weights, float upstream, const float *means, float share) {
        const int64_t HK = H * K;
        const float *weight = weights + w * HK;
        float *own = form + w * HK, *dots = line;
        for (int64_t h = 0; h < H; ++h) {
            std::memcpy(dots + h * K, plane(regionDots, h, w) + i * K, K * sizeof(float));
        }
        const float numerator = dot(weight, dots, HK), square = dot(weight, own, HK);
        const float bounded = square < smallestSquare ? smallestSquare : square;
        const float inverse = 1.0f / __builtin_elementwise_sqrt(bounded);
        const float dotGradient = upstream * inverse;
        const float formGradient = square > smallestSquare ? -0.5f * numerator * dotGradient / bounded : 0;
        for (int64_t j = 0; j < HK; ++j) {
            scaled[w * HK + j] = formGradient * weight[j];
            own[j] = dotGradient * dots[j] + 2 * formGradient * own[j] + means[j] * share;
        }
        for (int64_t h = 0; h < H; ++h) {
            const float *gradient = own + h * K, *a = weight + h * K;
            const float total = dot(a, gradient, K);
            float *logits = plane(regionLogits, h, w) + i * K, *products = plane(regionDots, h, w) + i * K;
            for (int64_t k = 0; k < K; ++k) {
                logits[k] = a[k] * (gradient[k] - total);
                products[k] = dotGradient * a[k];
            }
        }
    }

    void projectGradients() {
        // The planes now hold gradients: each goes to the regions by the words, and to the words by the regions.
        struct { const float *plane, *word, *region; float *toWord, *toRegion; } families[] = {
            {wordLogits, text.key, image.query, toText.key, toImage.query},
            {wordDots, text.key, image.unit, toText.key, toImage.unit},
            {regionLogits, text.query, image.key, toText.query, toImage.key},
            {regionDots, text.unit, image.key, toText.unit, toImage.key}};
        for (auto [from, word, region, toWord, toRegion] : families) {
            for (int64_t h = 0; h < H; ++h) {
                const float *gradient = from + h * words * row;
                multiply(columns, d, words, {gradient, 1, row}, {wordRows(word, h), D, 1},
                         {regionRows(toRegion, h), D, true}, panel);
                multiply(words, d, columns, {gradient, row, 1}, {regionRows(region, h), D, 1},
                         {wordRows(toWord, h), D, true}, panel);
            }
        }
    }
};

inline size_t workspaceFloats(const Problem &problem) { return GradientTile(problem, nullptr).floats(); }

inline void backward(const Problem &problem, int64_t imageBlock, int64_t captionBlock, float *workspace) {
    GradientTile(problem, workspace).run(imageBlock, captionBlock);
}
