// Scores of a group of images x a group of captions from packed tables. Included inside a namespace, once for each
// instruction set. One panel of 16 columns and one item that answers stay in the first-level cache from the logits to
// the cosine: nothing of the size of pairs x words x regions is ever written to memory.

inline int64_t blocksOf(int64_t rows) { return (rows + mostBlock - 1) / mostBlock; }
/// Rows are dealt evenly to blocks of at most `mostBlock`: short blocks are slow.
inline int64_t blockStart(int64_t rows, int64_t block) { return rows * block / blocksOf(rows); }

template <class Number>
class ScoreTile {
public:
    ScoreTile(const Packed &images, const Packed &texts, float localWeight, float *score, const ps_means *means)
        : images(images), texts(texts), localWeight(localWeight), score(score), means(means), D(images.dimension),
          paddedD((D + panelWidth - 1) / panelWidth * panelWidth) {
        const auto cells = [](const Packed &side) { return side.heads * side.cells(side.mostRows); };
        imageStride = (cells(images) + 7) / 8 * 8, textStride = (cells(texts) + 7) / 8 * 8;
        const int64_t pairs = images.mostItems * texts.mostItems, most = std::max(imageStride, textStride);
        logits = Array<float>(std::max(images.mostRows, texts.mostRows) * panelWidth);
        weights = Array<uint32_t>(most * panelWidth);
        meanCells = Array<uint32_t>(most * panelWidth);
        imageMeans = Array<float>(pairs * Number::perCell * imageStride);
        textMeans = Array<float>(pairs * Number::perCell * textStride);
        attendedText = Array<float>(images.mostItems * panelWidth * paddedD);
        column = Array<float>(panelWidth * paddedD);
        imageToText = Array<float>(pairs), textToImage = Array<float>(pairs);
    }

    void run(const Group &imageGroup, const Group &textGroup) {
        const int64_t count = imageGroup.items * textGroup.items;
        std::memset(imageToText.at(0), 0, count * sizeof(float));
        std::memset(textToImage.at(0), 0, count * sizeof(float));
        std::memset(textMeans.at(0), 0, count * Number::perCell * textStride * sizeof(float));
        std::memset(imageMeans.at(0), 0, count * Number::perCell * imageStride * sizeof(float));
        // What is larger stays in the second-level cache while the other passes by: a panel of regions, an image.
        for (int64_t panel = imageGroup.panel; panel < imageGroup.panel + imageGroup.panels; ++panel) {
            for (int64_t j = 0; j < textGroup.items; ++j) {
                attend(images, panel, imageGroup.item, texts, textGroup.item + j, imageToText.at(j), textGroup.items,
                       textMean(imageGroup, j, 0), textStride);
            }
        }
        for (int64_t i = 0; i < imageGroup.items; ++i) {
            for (int64_t panel = textGroup.panel; panel < textGroup.panel + textGroup.panels; ++panel) {
                attend(texts, panel, textGroup.item, images, imageGroup.item + i,
                       textToImage.at(i * textGroup.items), 1, imageMean(textGroup, i, 0), imageStride);
            }
        }
        for (int64_t j = 0; j < textGroup.items; ++j) attendedTexts(imageGroup, textGroup, j);
        for (int64_t i = 0; i < imageGroup.items; ++i) writeScores(imageGroup, textGroup, i);
        if (means) keepMeans(imageGroup, textGroup);
    }

private:
    const Packed &images, &texts;
    const float localWeight;
    float *const score;  // [images, texts]
    const ps_means *const means;
    const int64_t D, paddedD;
    int64_t imageStride, textStride;  // cells of an item's weights, in whole vectors of 8

    Array<float> logits;                   // [rows of an item, 16] in base 2, then 2^(logit - most)
    Array<uint32_t> weights, meanCells;    // [cells of an item's weights, 16]
    Array<float> imageMeans, textMeans;    // sums of weights: for each item and partner [place in a cell, cells]
    Array<float> attendedText;             // [images, captions, D]
    Array<float> column;                   // [D, 16 captions]: attendedText of one image
    Array<float> imageToText, textToImage;  // [images, captions]: sums of cosines

    float *textMean(const Group &imageGroup, int64_t j, int64_t i) const {
        return textMeans.at((j * imageGroup.items + i) * Number::perCell * textStride);
    }
    float *imageMean(const Group &textGroup, int64_t i, int64_t j) const {
        return imageMeans.at((i * textGroup.items + j) * Number::perCell * imageStride);
    }

    /// body(first + r, sum) for each of R rows: `left` [cells, R] times the panel `right` [cells, 16].
    template <int R, class Body>
    static void multiplyBlock(int64_t cells, const uint32_t *left, const uint32_t *right, int64_t first, Body &body) {
        typename Number::Sum total[R] = {};
        for (int64_t p = 0; p < cells; ++p, left += R, right += panelWidth) {
#pragma clang loop unroll(full)
            for (int r = 0; r < R; ++r) total[r] = Number::add(total[r], left[r], right);
        }
#pragma clang loop unroll(full)
        for (int r = 0; r < R; ++r) body(first + r, Number::real(total[r]));
    }

    template <int R, class Body>
    static void multiplyBlock(int64_t rows, int64_t cells, const uint32_t *left, const uint32_t *right, int64_t first,
                              Body &body) {
        if (rows == R) return multiplyBlock<R>(cells, left, right, first, body);
        if constexpr (R > 1) multiplyBlock<R - 1>(rows, cells, left, right, first, body);
    }

    /// body(row, sum) for every row of `left` [block of rows, cells, rows of the block] times `right` [cells, 16].
    template <class Body>
    static void multiply(int64_t rows, int64_t cells, const uint32_t *left, const uint32_t *right, Body body) {
        const int64_t blocks = blocksOf(rows);
        for (int64_t block = 0; block < blocks; ++block) {
            const int64_t first = blockStart(rows, block), count = blockStart(rows, block + 1) - first;
            multiplyBlock<mostBlock>(count, cells, left, right, first, body);
            left += count * cells;
        }
    }

    /// The same where `left` ends with the diagonal.
    template <class Body>
    static void multiplyTriangle(int64_t rows, const uint32_t *left, const uint32_t *right, Body body) {
        const int64_t blocks = blocksOf(rows);
        for (int64_t block = 0; block < blocks; ++block) {
            const int64_t first = blockStart(rows, block), next = blockStart(rows, block + 1);
            const int64_t cells = (next + Number::perCell - 1) / Number::perCell;
            multiplyBlock<mostBlock>(next - first, cells, left, right, first, body);
            left += (next - first) * cells;
        }
    }

    /// The columns of a panel attend to the rows of one item: adds their cosines with what they attend to, a column item
    /// each from `firstItem` on, and their weights.
    void attend(const Packed &columns, int64_t panel, int64_t firstItem, const Packed &keys, int64_t item, float *cosines,
                int64_t cosineStride, float *means, int64_t stride) {
        alignas(64) float cosine[panelWidth];
        storeRow(cosine, attendPanel(columns, panel, keys, item));
        const Segment *segments = columns.segments.data() + columns.panelSegments[panel];
        const int64_t count = columns.panelSegments[panel + 1] - columns.panelSegments[panel];
        for (int64_t s = 0; s < count; ++s) {
            float &sum = cosines[(segments[s].item - firstItem) * cosineStride];
            for (int64_t lane = segments[s].from; lane < segments[s].to; ++lane) sum += cosine[lane];
        }
        addWeights(segments, count, firstItem, keys.heads * keys.cells(keys.rows(item)), means, stride);
    }

    /// The cosine of each of 16 columns with what it attends to, its weights kept.
    Row attendPanel(const Packed &columns, int64_t panel, const Packed &keys, int64_t item) {
        const int64_t H = keys.heads, rows = keys.rows(item), cells = keys.cells(keys.width);
        const int64_t rowCells = keys.cells(rows);
        const uint32_t *key = keys.keys.at(keys.rowOffsets[item] * H * cells);
        const float *keyScale = keys.keyScale.at(keys.rowOffsets[item] * H);
        const uint32_t *query = columns.columns.at(panel * 2 * H * cells * panelWidth);
        const float *queryScale = columns.columnScale.at(panel * 2 * H * panelWidth);
        const uint32_t *unit = query + H * cells * panelWidth;
        const float *unitScale = queryScale + H * panelWidth;
        Row numerator = 0.0f;
        for (int64_t h = 0; h < H; ++h) {
            const Row scale = loadRow(queryScale + h * panelWidth);
            Row most = -__builtin_inff(), total = 0.0f, sum = 0.0f;
            multiply(rows, cells, key, query + h * cells * panelWidth, [&](int64_t row, Row value) {
                value *= keyScale[row] * scale;
                storeRow(logits.at(row * panelWidth), value);
                most = value > most ? value : most;
            });
            for (int64_t row = 0; row < rows; ++row) {
                const Row weight = powerOfTwo(loadRow(logits.at(row * panelWidth)) - most);
                storeRow(logits.at(row * panelWidth), weight);
                total += weight;
            }
            const Row share = 1.0f / total;
            for (int64_t cell = 0; cell < rowCells; ++cell) {
                const int64_t row = cell * Number::perCell, other = row + 1;
                const Row odd = Number::perCell == 2 && other < rows ? loadRow(logits.at(other * panelWidth)) : Row(0.0f);
                Number::putWeights(weights.at((h * rowCells + cell) * panelWidth),
                                   loadRow(logits.at(row * panelWidth)) * share, odd * share);
            }
            multiply(rows, cells, key, unit + h * cells * panelWidth, [&](int64_t row, Row value) {
                sum += value * (keyScale[row] * loadRow(logits.at(row * panelWidth)));
            });
            numerator += sum * share * loadRow(unitScale + h * panelWidth);
            key += rows * cells, keyScale += rows;
        }
        Row square = 0.0f;
        multiplyTriangle(H * rowCells * Number::perCell, keys.gram.at(keys.gramOffsets[item]), weights.at(0),
                         [&](int64_t row, Row value) {
            const uint32_t *cell = weights.at(row / Number::perCell * panelWidth);
            square += value * Number::weights(cell, row % Number::perCell);
        });
        square *= 2 * *keys.gramScale.at(item) / (Number::weightUnit * Number::weightUnit);
        const Row bounded = square < smallestSquare ? Row(smallestSquare) : square;
        return numerator / __builtin_elementwise_sqrt(bounded);
    }

    /// Adds the weights of each segment's columns to its item's `means`, column after column, so that where the columns
    /// lie in their panels changes nothing.
    void addWeights(const Segment *segments, int64_t count, int64_t firstItem, int64_t cells, float *means,
                    int64_t stride) const {
        for (int64_t cell = 0; cell < cells; cell += 8) {
            for (int64_t half = 0; half < segments[count - 1].to; half += 8) {
                Lanes lanes[8];
                for (int64_t i = 0; i < 8; ++i) {
                    lanes[i] = load(reinterpret_cast<const float *>(weights.at((cell + i) * panelWidth + half)));
                }
                transpose(lanes);
                for (int64_t s = 0; s < count; ++s) {
                    const int64_t from = std::max<int64_t>(segments[s].from - half, 0);
                    const int64_t to = std::min<int64_t>(segments[s].to - half, 8);
                    if (from >= to) continue;
                    Number::addLanes(lanes, from, to,
                                     means + (segments[s].item - firstItem) * Number::perCell * stride + cell, stride);
                }
            }
        }
    }

    /// The mean attended text of every image of the group for caption j, through its projection.
    void attendedTexts(const Group &imageGroup, const Group &textGroup, int64_t j) {
        const int64_t item = textGroup.item + j, cells = texts.heads * texts.cells(texts.rows(item));
        const uint32_t *table = texts.attended.at(texts.attendedOffsets[item]);
        const Row scale = *texts.attendedScale.at(item) / Number::weightUnit;
        const int64_t blocks = blocksOf(imageGroup.items);
        for (int64_t block = 0; block < blocks; ++block) {
            const int64_t first = blockStart(imageGroup.items, block);
            const int64_t count = blockStart(imageGroup.items, block + 1) - first;
            for (int64_t i = 0; i < count; ++i) {
                const float share = 1.0f / images.rows(imageGroup.item + first + i);
                for (int64_t cell = 0; cell < cells; ++cell) {
                    *meanCells.at(cell * count + i) =
                        Number::meanCell(textMean(imageGroup, j, first + i) + cell, textStride, share);
                }
            }
            for (int64_t x = 0; x < paddedD; x += panelWidth) {
                const auto store = [&](int64_t i, Row value) {
                    storeRow(attendedText.at((i * textGroup.items + j) * paddedD + x), value * scale);
                };
                multiplyBlock<mostBlock>(count, cells, meanCells.at(0), table + x * cells, first, store);
            }
        }
    }

    /// The global cosine of image i with every caption of the group, and the scores.
    void writeScores(const Group &imageGroup, const Group &textGroup, int64_t i) {
        const int64_t item = imageGroup.item + i, cells = images.heads * images.cells(images.rows(item));
        const int64_t captions = textGroup.items;
        std::memset(meanCells.at(0), 0, cells * panelWidth * sizeof(uint32_t));
        for (int64_t j = 0; j < captions; ++j) {
            const float share = 1.0f / texts.rows(textGroup.item + j);
            for (int64_t cell = 0; cell < cells; ++cell) {
                *meanCells.at(cell * panelWidth + j) =
                    Number::meanCell(imageMean(textGroup, i, j) + cell, imageStride, share);
            }
        }
        transposeAttendedTexts(attendedText.at(i * captions * paddedD), captions);
        const float *own = images.own.at(item * D);
        const Row scale = *images.attendedScale.at(item) / Number::weightUnit;
        Row product = 0.0f, imageSquare = 0.0f, textSquare = 0.0f;
        multiply(D, cells, images.attended.at(images.attendedOffsets[item]), meanCells.at(0), [&](int64_t x, Row value) {
            const Row image = own[x] + value * scale, text = loadRow(column.at(x * panelWidth));
            product += image * text, imageSquare += image * image, textSquare += text * text;
        });
        const Row imageNorm = __builtin_elementwise_sqrt(imageSquare), textNorm = __builtin_elementwise_sqrt(textSquare);
        const Row smallest = smallestNorm;
        const Row global = product / ((imageNorm < smallest ? smallest : imageNorm)
                                      * (textNorm < smallest ? smallest : textNorm));
        for (int64_t j = 0; j < captions; ++j) {
            const float local = imageToText.at(i * captions + j)[0] / (2 * images.rows(item))
                + textToImage.at(i * captions + j)[0] / (2 * texts.rows(textGroup.item + j));
            score[images.source[item] * texts.items + texts.source[textGroup.item + j]] =
                 localWeight * local + (1 - localWeight) * global[j];
        }
    }

    void keepMeans(const Group &imageGroup, const Group &textGroup) const {
        const int64_t HK = images.heads * images.mostRows, wordWeights = texts.heads * texts.rowOffsets.back();
        for (int64_t i = 0; i < imageGroup.items; ++i) {
            const int64_t image = imageGroup.item + i, source = images.source[image];
            for (int64_t j = 0; j < textGroup.items; ++j) {
                const int64_t text = textGroup.item + j;
                keepMeans(imageMean(textGroup, i, j), imageStride, images.rows(image), texts.rows(text),
                          means->regions + (source * texts.items + texts.source[text]) * HK);
                keepMeans(textMean(imageGroup, j, i), textStride, texts.rows(text), images.rows(image),
                          means->words + source * wordWeights + texts.heads * texts.sourceRow[text]);
            }
        }
    }

    /// Weights of `rows` rows in every head, summed over `count` columns, become means.
    void keepMeans(const float *sums, int64_t stride, int64_t rows, int64_t count, float *to) const {
        const float share = 1 / (Number::weightUnit * count);
        for (int64_t h = 0; h < images.heads; ++h, sums += images.cells(rows)) {
            for (int64_t row = 0; row < rows; ++row) {
                *to++ = sums[row % Number::perCell * stride + row / Number::perCell] * share;
            }
        }
    }

    void transposeAttendedTexts(const float *from, int64_t captions) const {
        for (int64_t half = 0; half < panelWidth; half += 8) {
            for (int64_t x = 0; x < paddedD; x += 8) {
                Lanes lanes[8];
                for (int64_t j = 0; j < 8; ++j) {
                    lanes[j] = half + j < captions ? load(from + (half + j) * paddedD + x) : Lanes(0.0f);
                }
                transpose(lanes);
                for (int64_t k = 0; k < 8; ++k) store(column.at((x + k) * panelWidth + half), lanes[k]);
            }
        }
    }
};

template <class Number>
inline void scoreTasks(const Packed &images, const Packed &texts, float localWeight, float *score, const ps_means *means,
                       int64_t run, int64_t begin, int64_t end) {
    ScoreTile<Number> tile(images, texts, localWeight, score, means);
    const int64_t textGroups = texts.groups.size(), runs = (textGroups + run - 1) / run;
    for (int64_t task = begin; task < end; ++task) {
        const int64_t first = task % runs * run, last = std::min(first + run, textGroups);
        for (int64_t group = first; group < last; ++group) tile.run(images.groups[task / runs], texts.groups[group]);
    }
}

inline void score(const Packed &images, const Packed &texts, float localWeight, float *score, const ps_means *means,
                  int64_t run, int64_t begin, int64_t end) {
    images.isFixed ? scoreTasks<Fixed>(images, texts, localWeight, score, means, run, begin, end)
                   : scoreTasks<Real>(images, texts, localWeight, score, means, run, begin, end);
}
