// A tile of the gradient, a block of images x a block of captions, and the attention within it. Included inside a
// namespace, once for each instruction set. Columns are the regions of the tile's images, i * K + k; rows are the words of
// its captions.

template <class Number>
class Tile {
public:
    size_t floats() const { return used; }

protected:
    /// Subclasses lay their buffers out in `workspace`; with null, only `floats` and nothing else may be asked of them.
    Tile(const Problem &problem, float *workspace)
        : problem(problem), image(problem.image), text(problem.text), workspace(workspace) {
        K = image.regions, D = image.dimension, H = image.heads, d = D / H;
        row = (problem.mostImages * K + wide - 1) / wide * wide;
        line = take(row > H * K ? row : H * K), space = take(productSpace);
    }

    const Problem &problem;
    const ps_images &image;
    const ps_texts &text;
    int64_t K, D, H, d, row;
    int64_t firstImage, images, firstCaption, captions, firstWord, words, columns;
    float *line, *space;

    float *take(int64_t count) {
        const size_t at = used;
        used += (count + 2 * wide - 1) / wide * wide;  // whole vectors, and one that a load or store may run into
        return workspace ? workspace + at : nullptr;
    }

    void enter(int64_t imageBlock, int64_t captionBlock) {
        firstImage = problem.imageBlocks[imageBlock], images = problem.imageBlocks[imageBlock + 1] - firstImage;
        firstCaption = problem.captionBlocks[captionBlock];
        captions = problem.captionBlocks[captionBlock + 1] - firstCaption;
        firstWord = text.offsets[firstCaption], words = text.offsets[firstCaption + captions] - firstWord;
        columns = images * K;
    }

    int64_t wordsBefore(int64_t caption) const { return text.offsets[firstCaption + caption] - firstWord; }
    int64_t wordsOf(int64_t caption) const { return wordsBefore(caption + 1) - wordsBefore(caption); }
    int64_t pair(int64_t i, int64_t caption) const {
        return (firstImage + i) * text.count + firstCaption + caption;
    }
    template <class Float>
    Float *regionRows(Float *table, int64_t head) const { return table + firstImage * K * D + head * d; }
    template <class Float>
    Float *wordRows(Float *table, int64_t head) const { return table + firstWord * D + head * d; }

    /// Dot products of every word with every region in one head, to to[words, row].
    void multiplyWordsByRegions(const float *word, const float *region, float *to, int64_t head) {
        multiply<Number>(words, columns, d, {wordRows(word, head), D, 1}, {regionRows(region, head), 1, D},
                         {to, row, false}, space);
    }

    /// Softmax over the N rows of each column, [N, row] both.
    void attendToWords(const float *logits, float *weights, int64_t N) const {
        for (int64_t c = 0; c < columns; c += wide) {
            Wide most = loadWide(logits + c), total = 0.0f;
            for (int64_t n = 1; n < N; ++n) most = larger(most, loadWide(logits + n * row + c));
            for (int64_t n = 0; n < N; ++n) {
                const Wide weight = exponential(loadWide(logits + n * row + c) - most);
                storeWide(weights + n * row + c, weight);
                total += weight;
            }
            total = 1.0f / total;
            for (int64_t n = 0; n < N; ++n) storeWide(weights + n * row + c, loadWide(weights + n * row + c) * total);
        }
    }

    /// Softmax over K columns of one row; writes whole vectors. The last one read runs into the next image, masked here.
    void attendToRegions(const float *logits, float *weights) const {
        Wide most = -__builtin_inff(), total = 0.0f;
        for (int64_t k = 0; k < K; k += wide) most = larger(most, regionLogits(logits, k));
        float highest = most[0];
        for (int lane = 1; lane < wide; ++lane) highest = most[lane] > highest ? most[lane] : highest;
        for (int64_t k = 0; k < K; k += wide) {
            const Wide weight = exponential(regionLogits(logits, k) - highest);
            storeWide(weights + k, weight);
            total += weight;
        }
        float sum = 0;
        for (int lane = 0; lane < wide; ++lane) sum += total[lane];
        const float scale = 1.0f / sum;
        for (int64_t k = 0; k < K; k += wide) storeWide(weights + k, loadWide(weights + k) * scale);
    }

private:
    float *workspace;  // null where only its size is asked for
    size_t used = 0;

    Wide regionLogits(const float *logits, int64_t k) const {
        IntWide lane;
        for (int i = 0; i < wide; ++i) lane[i] = i;
        return lane < IntWide(int32_t(K - k)) ? loadWide(logits + k) : Wide(-__builtin_inff());
    }
};
