/// AsCL's score of every (image, caption) pair and its gradients on the CPU, from tables that hold all that depends on
/// one item alone. Nothing of size pairs x words x regions is kept beyond one block of pairs.
///
/// Every table is float32, row-major and contiguous. I images, K regions an image, T captions, D joint dimension,
/// H heads of d = D / H columns each; captions are joined: caption t is rows offsets[t] ..< offsets[t + 1] of W words.
/// "Key" below is a projected key, which is the value too; "unit" is a normalised item pulled back through the output
/// projection, so that its product with a key is the cosine's numerator; "value" is a key after the output projection.
#ifndef PAIR_SCORE_H
#define PAIR_SCORE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    PS_OK = 0,
    PS_BAD_SIZES = 1,
    PS_OUT_OF_MEMORY = 2,
    PS_NOT_FINITE = 3,
    PS_NO_SUCH_INSTRUCTIONS = 4,
    PS_UNLIKE_SIDES = 5  ///< packed in different precisions or for different instructions
} ps_status;

/// How forward products are computed: in float32, or from 16-bit integers - each row scaled so that no sum overflows -
/// with 32-bit sums: what `ps_strained` does not name agrees with float32 to four decimals. Softmax, lengths and cosines
/// are float32 either way.
typedef enum { PS_FLOAT32 = 0, PS_FIXED16 = 1 } ps_precision;

/// What a call runs on. PS_BEST is the best that this machine has; the others are for tests.
typedef enum { PS_BEST = 0, PS_PORTABLE = 1, PS_AVX2 = 2, PS_AVX512 = 3, PS_AVX512_BF16 = 4 } ps_instructions;

typedef struct {
    int64_t count, regions, dimension, heads;
    const float *query;     ///< [I, K, D] query of image-to-text attention, divided by sqrt(d)
    const float *unit;      ///< [I, K, D] unit regions through the output projection of image-to-text
    const float *key;       ///< [I, K, D] key of text-to-image attention
    const float *gram;      ///< [I, HK, HK] inner products of the image's values, row h * K + k; symmetric
    const float *attended;  ///< [I, HK, D] values through the projection of the attended image
    const float *own;       ///< [I, D] global feature through its projection
} ps_images;

typedef struct {
    int64_t count, dimension, heads;
    const int64_t *offsets;  ///< [T + 1], from 0 to W; every caption has at least one word
    const float *query;      ///< [W, D] query of text-to-image attention, divided by sqrt(d)
    const float *unit;       ///< [W, D] unit words through the output projection of text-to-image
    const float *key;        ///< [W, D] key of image-to-text attention
    const float *gram;       ///< for each caption of N words in turn [HN, HN], row h * N + n; symmetric
    const float *attended;   ///< for each caption in turn [HN, D] values through the projection of attended text
} ps_texts;

/// Gradients, each of the shape of the table of the same name. All are overwritten.
typedef struct { float *query, *unit, *key, *gram, *attended, *own; } ps_image_gradients;
typedef struct { float *query, *unit, *key, *gram, *attended; } ps_text_gradients;

/// Means of every pair's weights, with which its gradient begins: [I, T, HK] of what its words give to the regions, and
/// [I, HW] of what its regions give to the words, caption by caption.
typedef struct { float *regions, *words; } ps_means;

/// Tables of one side, arranged for `ps_score`. Belongs to no thread.
typedef struct ps_packed ps_packed;

/// Arranges tables; the result belongs to the caller, who releases it. PS_NOT_FINITE names the first item with an
/// infinity or a NaN in `bad_item`; where that is null, float32 scores of such an item come out as NaN.
ps_status ps_pack_images(const ps_images *images, ps_precision precision, ps_instructions instructions,
                         ps_packed **packed, int64_t *bad_item);
ps_status ps_pack_texts(const ps_texts *texts, ps_precision precision, ps_instructions instructions,
                        ps_packed **packed, int64_t *bad_item);
void ps_release(ps_packed *packed);

/// How much the tables of one side hold, and in how many groups they are read: every group of images meets every group
/// of captions, and each meeting reads both.
typedef struct { int64_t bytes, groups; } ps_extent;
ps_extent ps_packed_extent(const ps_packed *packed);

/// The best instructions that this machine has.
ps_instructions ps_best_instructions(void);

/// score [I, T] = local_weight * local + (1 - local_weight) * global, of sides packed in one precision for the same instructions.
/// A pair's result is the same to the bit whatever else is in the batch and however many threads run. `means` may be null.
ps_status ps_score(const ps_packed *images, const ps_packed *texts, float local_weight, float *score,
                   const ps_means *means);

/// Which pairs of sides in 16 bits are not held to four decimals, [I, T] of 0 and 1, and how many: they are for float32.
/// It depends on the pair alone. Of sides in float32 there are none, and nothing is written.
int64_t ps_strained(const ps_packed *images, const ps_packed *texts, uint8_t *strained);

/// Gradients of sum(score_gradient * score), score_gradient [I, T], from the `means` of the same pairs. The same to the bit
/// for any number of threads. With PS_FIXED16 products are of bfloat16 with float32 sums where the instructions have them,
/// else of float32.
ps_status ps_backward(const ps_images *images, const ps_texts *texts, ps_precision precision,
                      ps_instructions instructions, float local_weight, const ps_means *means,
                      const float *score_gradient, const ps_image_gradients *image_gradients,
                      const ps_text_gradients *text_gradients);

/// Bytes of tables, their gradients and vectors of pairs that `ps_backward` reads and writes, each as often as a block of
/// pairs meets it.
int64_t ps_backward_bytes(const ps_images *images, const ps_texts *texts);

#ifdef __cplusplus
}
#endif
#endif
