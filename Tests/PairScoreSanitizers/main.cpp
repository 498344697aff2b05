// The kernel of the pair score against float64 and against its own other instruction sets, at sizes where blocks and
// vectors have remainders; scripts/sanitize builds it with the address and undefined-behaviour sanitizers.
#include "../../Sources/CPairScore/include/pair_score.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <random>
#include <thread>
#include <vector>

static int64_t threads = 2;

// In place of libtorch's pool, which is not built with the sanitizers.
extern "C" int32_t torch_parallel_for(int64_t begin, int64_t end, int64_t, void (*body)(int64_t, int64_t, void *),
                                      void *context) {
    const int64_t count = end - begin, parts = std::min(threads, count);
    std::vector<std::thread> workers;
    for (int64_t part = 0; part < parts; ++part) {
        workers.emplace_back(body, begin + count * part / parts, begin + count * (part + 1) / parts, context);
    }
    for (auto &worker : workers) worker.join();
    return 0;
}

using Floats = std::vector<float>;

struct Case {
    int64_t images, regions, dimension, heads;
    std::vector<int64_t> lengths;
    int64_t firstCaption = 0;  // among those of the case that this is a part of

    std::vector<int64_t> offsets = {0};
    Floats image[6], text[5];  // query, unit, key, gram, attended, own

    void fill() {
        std::mt19937 generator(7);
        std::normal_distribution<float> normal;
        const auto random = [&](int64_t count, float scale) {
            Floats numbers(count);
            for (float &number : numbers) number = scale * normal(generator);
            return numbers;
        };
        for (int64_t length : lengths) offsets.push_back(offsets.back() + length);
        const int64_t rows = images * regions, words = offsets.back(), D = dimension;
        const float unit = 1 / std::sqrt(float(D)), query = 1.5f / std::sqrt(std::sqrt(float(D / heads)));
        image[0] = random(rows * D, query), image[1] = random(rows * D, unit), image[2] = random(rows * D, 1);
        image[4] = random(heads * rows * D, 1), image[5] = random(images * D, 0.3f);
        text[0] = random(words * D, query), text[1] = random(words * D, unit), text[2] = random(words * D, 1);
        text[4] = random(heads * words * D, 1);
        for (int64_t i = 0; i < images; ++i) gram(&image[4][i * heads * regions * D], heads * regions, image[3]);
        for (int64_t t = 0; t < captions(); ++t) gram(&text[4][heads * offsets[t] * D], heads * lengths[t], text[3]);
    }

    void gram(const float *rows, int64_t count, Floats &to) const {
        for (int64_t i = 0; i < count; ++i) {
            for (int64_t j = 0; j < count; ++j) {
                double sum = 0;
                for (int64_t x = 0; x < dimension; ++x) sum += double(rows[i * dimension + x]) * rows[j * dimension + x];
                to.push_back(float(sum));
            }
        }
    }

    int64_t captions() const { return int64_t(lengths.size()); }
    ps_images imageTables() const {
        return {images, regions, dimension, heads, image[0].data(), image[1].data(), image[2].data(), image[3].data(),
                image[4].data(), image[5].data()};
    }
    ps_texts textTables() const {
        return {captions(), dimension, heads, offsets.data(), text[0].data(), text[1].data(), text[2].data(),
                text[3].data(), text[4].data()};
    }
};

/// Sum of the cosines of `count` asking rows with what they attend to; `mean` is what they attend to on average.
static double attend(const Case &c, const float *query, const float *unit, int64_t count, const float *key, int64_t rows,
                     const float *attended, std::vector<double> &mean) {
    const int64_t D = c.dimension, H = c.heads, d = D / H;
    double cosines = 0;
    mean.assign(D, 0);
    for (int64_t k = 0; k < count; ++k) {
        std::vector<double> vector(D, 0);
        double numerator = 0;
        for (int64_t h = 0; h < H; ++h) {
            std::vector<double> weights(rows), dots(rows);
            double total = 0, most = -std::numeric_limits<double>::infinity();
            for (int64_t r = 0; r < rows; ++r) {
                for (int64_t x = h * d; x < (h + 1) * d; ++x) {
                    weights[r] += double(query[k * D + x]) * key[r * D + x];
                    dots[r] += double(unit[k * D + x]) * key[r * D + x];
                }
                most = std::max(most, weights[r]);
            }
            for (double &weight : weights) total += weight = std::exp(weight - most);
            for (int64_t r = 0; r < rows; ++r) {
                numerator += weights[r] / total * dots[r];
                for (int64_t x = 0; x < D; ++x) vector[x] += weights[r] / total * attended[(h * rows + r) * D + x];
            }
        }
        double square = 0;
        for (int64_t x = 0; x < D; ++x) square += vector[x] * vector[x], mean[x] += vector[x] / count;
        cosines += numerator / std::sqrt(std::max(square, 1e-12));
    }
    return cosines / count;
}

static double exact(const Case &c, int64_t i, int64_t t, double localWeight) {
    const int64_t D = c.dimension, region = i * c.regions * D, word = c.offsets[t] * D;
    std::vector<double> text, image;
    const float *textAttended = &c.text[4][c.heads * word], *imageAttended = &c.image[4][c.heads * region];
    double local = attend(c, &c.image[0][region], &c.image[1][region], c.regions, &c.text[2][word], c.lengths[t],
                          textAttended, text);
    local += attend(c, &c.text[0][word], &c.text[1][word], c.lengths[t], &c.image[2][region], c.regions, imageAttended,
                    image);
    double product = 0, a = 0, b = 0;
    for (int64_t x = 0; x < D; ++x) {
        const double v = image[x] + c.image[5][i * D + x];
        product += v * text[x], a += v * v, b += text[x] * text[x];
    }
    return localWeight * local / 2 + (1 - localWeight) * product / std::sqrt(a * b);
}

/// Room for the means of all pairs' weights.
struct Means {
    Floats regions, words;
    explicit Means(const Case &c)
        : regions(c.images * c.captions() * c.heads * c.regions, std::numeric_limits<float>::quiet_NaN()),
          words(c.images * c.heads * c.offsets.back(), std::numeric_limits<float>::quiet_NaN()) {}
};

/// `strained`, where given, gets the pairs that 16 bits do not hold, and `means` the means of weights.
static Floats scores(const Case &c, ps_precision precision, ps_instructions instructions, ps_status *status,
                     std::vector<uint8_t> *strained = nullptr, Means *means = nullptr) {
    const ps_means to = {means ? means->regions.data() : nullptr, means ? means->words.data() : nullptr};
    const ps_images images = c.imageTables();
    const ps_texts texts = c.textTables();
    ps_packed *left = nullptr, *right = nullptr;
    int64_t bad = -1;
    Floats score(c.images * c.captions(), std::numeric_limits<float>::quiet_NaN());
    *status = ps_pack_images(&images, precision, instructions, &left, &bad);
    if (*status == PS_OK) *status = ps_pack_texts(&texts, precision, instructions, &right, &bad);
    if (*status == PS_OK) *status = ps_score(left, right, 0.7f, score.data(), means ? &to : nullptr);
    if (strained && *status == PS_OK) {
        strained->assign(score.size(), 2);
        ps_strained(left, right, strained->data());
    }
    ps_release(left), ps_release(right);
    return score;
}

/// All gradients, one after the other.
static Floats gradients(const Case &c, ps_precision precision, ps_instructions instructions) {
    const ps_images images = c.imageTables();
    const ps_texts texts = c.textTables();
    Floats upstream(c.images * c.captions()), image[6], text[5], all;
    for (int64_t i = 0; i < int64_t(upstream.size()); ++i) {
        upstream[i] = 0.1f * float((i / c.captions() * 3 + i % c.captions() + c.firstCaption) % 7) - 0.2f;
    }
    for (int i = 0; i < 6; ++i) image[i].resize(c.image[i].size());
    for (int i = 0; i < 5; ++i) text[i].resize(c.text[i].size());
    const ps_image_gradients toImages = {image[0].data(), image[1].data(), image[2].data(), image[3].data(),
                                         image[4].data(), image[5].data()};
    const ps_text_gradients toTexts = {text[0].data(), text[1].data(), text[2].data(), text[3].data(), text[4].data()};
    ps_status status;
    Means kept(c);
    scores(c, precision, instructions, &status, nullptr, &kept);
    const ps_means means = {kept.regions.data(), kept.words.data()};
    ps_backward(&images, &texts, precision, instructions, 0.7f, &means, upstream.data(), &toImages, &toTexts);
    for (const Floats &part : image) all.insert(all.end(), part.begin(), part.end());
    for (const Floats &part : text) all.insert(all.end(), part.begin(), part.end());
    return all;
}

static int failures = 0;

static void expect(bool holds, const char *what, const Case &c, int instructions, double value);

/// Means of weights that add up to one in every head do so too.
static void expectShares(const Case &c, const Means &means, int instructions) {
    const auto expectOne = [&](const float *from, int64_t count) {
        double sum = 0;
        for (int64_t i = 0; i < count; ++i) sum += from[i];
        expect(std::fabs(sum - 1) < 1e-3, "means of weights add up to one", c, instructions, sum);
    };
    for (size_t at = 0; at < means.regions.size(); at += c.regions) expectOne(&means.regions[at], c.regions);
    for (int64_t i = 0; i < c.images; ++i) {
        const float *row = &means.words[i * c.heads * c.offsets.back()];
        for (int64_t length : c.lengths) {
            for (int64_t h = 0; h < c.heads; ++h, row += length) expectOne(row, length);
        }
    }
}

static void expect(bool holds, const char *what, const Case &c, int instructions, double value) {
    if (holds) return;
    ++failures;
    std::printf("FAILED %s (%g): %lld images of %lld regions, %lld captions, D %lld, %lld heads, instructions %d\n", what,
                value, (long long)c.images, (long long)c.regions, (long long)c.captions(), (long long)c.dimension,
                (long long)c.heads, instructions);
}

static double furthest(const Floats &a, const Floats &b) {
    double most = 0;
    for (size_t i = 0; i < a.size(); ++i) {
        const double difference = std::fabs(double(a[i]) - b[i]);
        most = difference <= most ? most : difference;  // keeps a NaN
        if (difference != difference) return difference;
    }
    return most;
}

/// |a - b| / |b|.
static double distance(const Floats &a, const Floats &b) {
    double difference = 0, length = 0;
    for (size_t i = 0; i < a.size(); ++i) {
        difference += (double(a[i]) - b[i]) * (double(a[i]) - b[i]), length += double(b[i]) * b[i];
    }
    return std::sqrt(difference / length);
}

/// Everything of one sign and one size: products of rows are as large as their lengths allow, sums of weights times a table
/// as large as its largest number allows. A 32-bit sum that could overflow does here.
static Case brimful(int64_t dimension, int64_t heads, int64_t regions, int64_t words, float size) {
    Case c = {2, regions, dimension, heads, {words, 1}};
    c.fill();
    for (int table : {0, 1, 2, 4, 5}) {
        std::fill(c.image[table].begin(), c.image[table].end(), size);
        if (table < 5) std::fill(c.text[table].begin(), c.text[table].end(), size);
    }
    // Cosines need unit rows.
    std::fill(c.image[1].begin(), c.image[1].end(), 1 / std::sqrt(float(dimension * heads)));
    c.text[1] = Floats(c.text[1].size(), c.image[1][0]);
    c.image[3].clear(), c.text[3].clear();
    for (int64_t i = 0; i < c.images; ++i) c.gram(&c.image[4][i * heads * regions * dimension], heads * regions, c.image[3]);
    for (int64_t t = 0; t < 2; ++t) c.gram(&c.text[4][heads * c.offsets[t] * dimension], heads * c.lengths[t], c.text[3]);
    return c;
}

/// Damages the first image: its first region `factor` times as long, or all of them.
static Case stretched(float factor, bool all) {
    Case c = {3, 9, 64, 2, {7, 4, 1}};
    c.fill();
    const int64_t D = c.dimension, rows = all ? c.regions : 1;
    for (int table : {0, 2}) {
        for (int64_t x = 0; x < rows * D; ++x) c.image[table][x] *= factor;
    }
    for (int64_t h = 0; h < c.heads; ++h) {
        for (int64_t x = 0; x < rows * D; ++x) c.image[4][h * c.regions * D + x] *= factor;
    }
    c.image[3].clear();
    for (int64_t i = 0; i < c.images; ++i) {
        c.gram(&c.image[4][i * c.heads * c.regions * D], c.heads * c.regions, c.image[3]);
    }
    return c;
}

/// Pairs are held to four decimals or said to be strained, and only pairs of what was damaged are strained.
static void expectHeld(const Case &c, bool mayStrain) {
    for (int instructions = PS_PORTABLE; instructions <= ps_best_instructions(); ++instructions) {
        ps_status status;
        std::vector<uint8_t> strained;
        const Floats found = scores(c, PS_FIXED16, ps_instructions(instructions), &status, &strained);
        expect(status == PS_OK, "status", c, instructions, status);
        for (int64_t i = 0; i < c.images; ++i) {
            for (int64_t t = 0; t < c.captions(); ++t) {
                const int64_t pair = i * c.captions() + t;
                expect(strained[pair] <= (mayStrain && i == 0), "strained", c, instructions, double(pair));
                const double error = std::fabs(found[pair] - exact(c, i, t, 0.7f));
                expect(strained[pair] || error < 2e-4, "held to four decimals", c, instructions, error);
            }
        }
    }
}

/// Some of a case's captions, of one word each, with all of its images.
static Case part(const Case &c, int64_t first, int64_t count) {
    Case some = c;
    some.firstCaption = first;
    some.lengths.resize(count), some.offsets.resize(count + 1);
    for (Floats &table : some.text) {
        const auto begin = table.begin() + first * (table.size() / c.captions());
        table = Floats(begin, begin + count * (c.text[&table - some.text].size() / c.captions()));
    }
    return some;
}

/// More captions than are compared at once, and more attended texts than there is room for: of the images the gradient is
/// the sum of those by each half of the captions, of the captions that of their half.
static void expectParts() {
    Case c = {130, 1, 512, 1, std::vector<int64_t>(260, 1)};
    c.fill();
    const Floats whole = gradients(c, PS_FLOAT32, PS_BEST);
    const Floats first = gradients(part(c, 0, 130), PS_FLOAT32, PS_BEST);
    const Floats second = gradients(part(c, 130, 130), PS_FLOAT32, PS_BEST);
    Floats joined;
    size_t place = 0;
    for (const Floats &table : c.image) {
        for (size_t end = place + table.size(); place < end; ++place) joined.push_back(first[place] + second[place]);
    }
    for (const Floats &table : c.text) {
        for (const Floats *half : {&first, &second}) {
            joined.insert(joined.end(), half->begin() + place, half->begin() + place + table.size() / 2);
        }
        place += table.size() / 2;
    }
    expect(joined.size() == whole.size(), "gradients of both parts", c, 0, double(joined.size()));
    const double error = furthest(whole, joined);
    expect(error < 1e-4, "gradients are those of the parts", c, 0, error);
}

int main() {
    Case cases[] = {
        {3, 5, 12, 3, {4, 1, 7, 2}}, {1, 1, 8, 1, {1}}, {2, 17, 10, 5, {1, 1, 33, 16, 9}}, {3, 2, 7, 7, {3, 5}},
        {9, 36, 48, 3, {12, 15, 1, 8}}, {40, 3, 6, 2, {2, 3}}, {2, 300, 12, 2, {3, 290}}, {5, 9, 33, 1, {6, 5, 4}},
        {2, 4, 16, 4, {9, 3, 8, 2, 7, 5, 6, 4, 3, 2, 1, 9, 3, 8, 2, 7, 5, 6, 4, 3, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}}};
    for (Case &c : cases) {
        c.fill();
        Floats wanted, firstGradients;
        for (int64_t i = 0; i < c.images; ++i) {
            for (int64_t t = 0; t < c.captions(); ++t) wanted.push_back(float(exact(c, i, t, 0.7f)));
        }
        for (int instructions = PS_PORTABLE; instructions <= ps_best_instructions(); ++instructions) {
            for (ps_precision precision : {PS_FLOAT32, PS_FIXED16}) {
                Floats one;
                for (int64_t count : {1, 2, 7}) {
                    threads = count;
                    ps_status status;
                    Means means(c);
                    const Floats found = scores(c, precision, ps_instructions(instructions), &status, nullptr, &means);
                    expectShares(c, means, instructions);
                    expect(status == PS_OK, "status", c, instructions, status);
                    const double error = furthest(found, wanted);
                    expect(error < (precision == PS_FLOAT32 ? 2e-6 : 2e-4), "score", c, instructions, error);
                    if (one.empty()) one = found;
                    expect(found == one, "the same bits for any threads", c, instructions, double(count));
                }
            }
            for (ps_precision precision : {PS_FLOAT32, PS_FIXED16}) {
                Floats one;
                for (int64_t count : {1, 2, 7}) {
                    threads = count;
                    const Floats found = gradients(c, precision, ps_instructions(instructions));
                    if (one.empty()) one = found;
                    expect(found == one, "the same gradients for any threads", c, instructions, double(count));
                }
                if (firstGradients.empty()) firstGradients = one;
                const bool isRounded = precision == PS_FIXED16 && instructions == PS_AVX512_BF16;
                const double error = isRounded ? distance(one, firstGradients) : furthest(one, firstGradients);
                expect(error < (isRounded ? 0.01 : 1e-4), "gradients as on portable instructions", c, instructions, error);
                expect(!isRounded || error > 0, "gradients of 16-bit products", c, instructions, error);
            }
        }
        for (float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
            for (Floats *table : {&c.image[2], &c.image[3], &c.text[0], &c.text[4]}) {
                std::swap(table->back(), bad);
                for (ps_precision precision : {PS_FLOAT32, PS_FIXED16}) {
                    ps_status status;
                    scores(c, precision, PS_BEST, &status);
                    expect(status == PS_NOT_FINITE, "a number that is not finite", c, 0, status);
                }
                std::swap(table->back(), bad);
            }
        }
    }
    for (int64_t dimension : {2, 64, 1024}) expectHeld(brimful(dimension, 2, 36, 12, 0.5f / std::sqrt(float(dimension))), false);
    expectHeld(brimful(64, 8, 300, 60, 0.05f), false);
    for (float factor : {0.0f, 0.001f, 0.1f, 3.0f, 10.0f, 30.0f, 100.0f, 300.0f, 1e3f, 1e6f, 1e15f}) {
        expectHeld(stretched(factor, false), true), expectHeld(stretched(factor, true), true);
    }
    // A value whose heads cancel, and by rounding a little more.
    Case cancelling = {1, 3, 8, 2, {2}};
    cancelling.fill();
    cancelling.image[3][3] = cancelling.image[3][18] = -(cancelling.image[3][0] + cancelling.image[3][21]) / 2 - 1e-3f;
    std::vector<uint8_t> strained;
    ps_status cancelled;
    scores(cancelling, PS_FIXED16, PS_BEST, &cancelled, &strained);
    expect(cancelled == PS_OK && strained[0] == 1, "a value that cancels strains", cancelling, 0, cancelled);
    expectParts();
    Case empty = {1, 2, 4, 1, {3, 2}};
    empty.fill(), empty.offsets[1] = 0;
    ps_status status;
    scores(empty, PS_FIXED16, PS_BEST, &status);
    expect(status == PS_BAD_SIZES, "a caption without words is refused", empty, 0, status);
    std::printf("%zu cases, instructions up to %d, %d failures\n", std::size(cases), ps_best_instructions(), failures);
    return failures != 0;
}
