// Gradients of one tile's local cosines, and by the means of its weights, all that lies between recomputed. Included
// inside a namespace, once for each instruction set.

template <class Number>
class GradientTile : Tile<Number> {
    using Base = Tile<Number>;
    using Base::problem, Base::image, Base::text, Base::K, Base::D, Base::H, Base::d, Base::row, Base::images,
        Base::captions, Base::words, Base::columns, Base::line, Base::space, Base::wordsBefore, Base::wordsOf;

public:
    GradientTile(const Problem &problem, float *workspace)
        : Base(problem, workspace), toImage(problem.toImage), toText(problem.toText) {
        for (float **buffer : {&wordLogits, &wordDots, &regionLogits, &regionDots, &wordWeights, &regionWeights, &form,
                               &scaled})
            *buffer = Base::take(H * problem.mostWords * row);
    }
    using Base::floats;

    void run(int64_t imageBlock, int64_t captionBlock) {
        Base::enter(imageBlock, captionBlock);
        attend();
        for (int64_t caption = 0; caption < captions; ++caption) compareRegions(caption);
        for (int64_t i = 0; i < images; ++i) compareWords(i);
        projectGradients();
    }

private:
    const ps_image_gradients &toImage;
    const ps_text_gradients &toText;
    // [H, words, row]: softmax's arguments and the cosines' numerators; later the gradients of the same.
    float *wordLogits, *wordDots, *regionLogits, *regionDots;
    float *wordWeights;    // for each caption of N words [HN, row]: each region's attention to the words
    float *regionWeights;  // [images, words, HK]: each word's attention to the regions
    float *form, *scaled;  // weights x Gram matrix; weights x the gradient of their form

    float *plane(float *buffer, int64_t head, int64_t word) const { return buffer + (head * words + word) * row; }

    // Dot products of every word with every region, and both softmaxes, head by head while the head is in cache.
    void attend() {
        for (int64_t h = 0; h < H; ++h) {
            Base::multiplyWordsByRegions(text.key, image.query, plane(wordLogits, h, 0), h);
            for (int64_t caption = 0; caption < captions; ++caption) {
                const int64_t before = wordsBefore(caption), N = wordsOf(caption);
                Base::attendToWords(plane(wordLogits, h, before), wordWeights + (H * before + h * N) * row, N);
            }
            Base::multiplyWordsByRegions(text.key, image.unit, plane(wordDots, h, 0), h);
            Base::multiplyWordsByRegions(text.query, image.key, plane(regionLogits, h, 0), h);
            for (int64_t i = 0; i < images; ++i) {
                for (int64_t w = 0; w < words; ++w) {
                    Base::attendToRegions(plane(regionLogits, h, w) + i * K, line);
                    std::memcpy(regionWeights + ((i * words + w) * H + h) * K, line, K * sizeof(float));
                }
            }
            Base::multiplyWordsByRegions(text.unit, image.key, plane(regionDots, h, 0), h);
        }
    }

    // Image to text for one caption: the cosine of every region with its attended words.
    void compareRegions(int64_t caption) {
        const int64_t before = wordsBefore(caption), N = wordsOf(caption), HN = H * N;
        const float *weights = wordWeights + H * before * row;
        const int64_t gram = problem.textGramOffsets[Base::firstCaption + caption];
        multiply<Number>(HN, columns, HN, {text.gram + gram, HN, 1}, {weights, row, 1}, {form, row, false}, space);
        float *upstream = line;
        for (int64_t i = 0; i < images; ++i) {
            const float gradient = problem.scoreGradient[Base::pair(i, caption)] * problem.localWeight / (2 * K);
            for (int64_t k = 0; k < K; ++k) upstream[i * K + k] = gradient;
            // What the means ask of each weight, spread over the columns; `scaled` is free until it is written below.
            const float *means =
                problem.toWordMeans + problem.placeOfWords(Base::firstImage + i, Base::firstCaption + caption);
            for (int64_t j = 0; j < HN; ++j) {
                const float share = means[j] / K;
                for (int64_t k = 0; k < K; ++k) scaled[j * row + i * K + k] = share;
            }
        }
        for (int64_t c = 0; c < columns; c += wide) {
            Wide numerator = 0.0f, square = 0.0f;
            for (int64_t h = 0; h < H; ++h) {
                const float *dots = plane(wordDots, h, before) + c;
                for (int64_t n = 0; n < N; ++n) {
                    const Wide weight = loadWide(weights + (h * N + n) * row + c);
                    numerator += weight * loadWide(dots + n * row);
                    square += weight * loadWide(form + (h * N + n) * row + c);
                }
            }
            const Wide smallest = smallestSquare, bounded = larger(square, smallest);
            const Wide dotGradient = loadWide(upstream + c) / __builtin_elementwise_sqrt(bounded);
            const Wide forSquare = -0.5f * numerator * dotGradient / bounded;
            const Wide formGradient = square > smallest ? forSquare : Wide(0.0f);
            for (int64_t h = 0; h < H; ++h) {
                float *dots = plane(wordDots, h, before) + c, *logits = plane(wordLogits, h, before) + c;
                const int64_t at = h * N * row + c;
                Wide total = 0.0f;
                for (int64_t n = 0; n < N; ++n) {
                    const Wide weight = loadWide(weights + at + n * row);
                    const Wide gradient = dotGradient * loadWide(dots + n * row) + loadWide(scaled + at + n * row)
                        + 2.0f * formGradient * loadWide(form + at + n * row);
                    storeWide(logits + n * row, gradient);
                    storeWide(dots + n * row, dotGradient * weight);
                    storeWide(scaled + at + n * row, formGradient * weight);
                    total += weight * gradient;
                }
                for (int64_t n = 0; n < N; ++n) {
                    storeWide(logits + n * row, loadWide(weights + at + n * row) * (loadWide(logits + n * row) - total));
                }
            }
        }
        multiply<Number>(HN, HN, columns, {scaled, row, 1}, {weights, 1, row}, {toText.gram + gram, HN, true}, space, true);
    }

    // Text to image for one image: the cosine of every word with its attended regions.
    void compareWords(int64_t i) {
        const int64_t HK = H * K, gram = (Base::firstImage + i) * HK * HK;
        const float *weights = regionWeights + i * words * HK;
        multiply<Number>(words, HK, HK, {weights, HK, 1}, {image.gram + gram, HK, 1}, {form, HK, false}, space);
        for (int64_t caption = 0; caption < captions; ++caption) {
            const int64_t N = wordsOf(caption);
            const float gradient = problem.scoreGradient[Base::pair(i, caption)] * problem.localWeight / (2 * N);
            const float *means =
                problem.toRegionMeans + problem.placeOfRegions(Base::firstImage + i, Base::firstCaption + caption);
            for (int64_t n = 0; n < N; ++n) compareWord(i, wordsBefore(caption) + n, weights, gradient, means, 1.0f / N);
        }
        multiply<Number>(HK, HK, words, {scaled, 1, HK}, {weights, HK, 1}, {toImage.gram + gram, HK, true}, space, true);
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
        const float dotGradient = upstream / __builtin_elementwise_sqrt(bounded);
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
                multiply<Number>(columns, d, words, {gradient, 1, row}, {Base::wordRows(word, h), D, 1},
                                 {Base::regionRows(toRegion, h), D, true}, space);
                multiply<Number>(words, d, columns, {gradient, row, 1}, {Base::regionRows(region, h), D, 1},
                                 {Base::wordRows(toWord, h), D, true}, space);
            }
        }
    }
};
