/// AsCL's score of every (image, caption) pair and its gradients on the CPU, from tables that hold all that depends on
/// one item alone. Nothing of size pairs x words x regions is kept beyond one block of pairs.
///
/// Every array is float32, row-major and contiguous. I images, K regions an image, T captions, D joint dimension,
/// H heads of d = D / H columns each; captions are packed: caption t is rows offsets[t] ..< offsets[t + 1] of W words.
/// "Key" below is a projected key, which is the value too; "unit" is a normalised item pulled back through the output
/// projection, so that its product with a key is the cosine's numerator; "value" is a key after the output projection.
#ifndef PAIR_SCORE_H
#define PAIR_SCORE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { PS_OK = 0, PS_BAD_SIZES = 1, PS_OUT_OF_MEMORY = 2 } ps_status;

typedef struct {
    int64_t images, regions, captions, dimension, heads;
    const int64_t *offsets;      ///< [T + 1], from 0 to W; every caption has at least one word

    const float *image_query;    ///< [I, K, D] query of image-to-text attention, divided by sqrt(d)
    const float *image_unit;     ///< [I, K, D] unit regions through the output projection of image-to-text
    const float *image_key;      ///< [I, K, D] key of text-to-image attention
    const float *image_gram;     ///< [I, HK, HK] inner products of the image's values, row h * K + k; symmetric
    const float *image_attended; ///< [I, HK, D] values through the projection of the attended image
    const float *image_own;      ///< [I, D] global feature through its projection

    const float *text_query;     ///< [W, D] query of text-to-image attention, divided by sqrt(d)
    const float *text_unit;      ///< [W, D] unit words through the output projection of text-to-image
    const float *text_key;       ///< [W, D] key of image-to-text attention
    const float *text_gram;      ///< for each caption of N words in turn [HN, HN], row h * N + n; symmetric
    const float *text_attended;  ///< for each caption in turn [HN, D] values through the projection of attended text
} ps_tables;

/// Gradients, each of the shape of the table of the same name. All are overwritten.
typedef struct {
    float *image_query, *image_unit, *image_key, *image_gram, *image_attended, *image_own;
    float *text_query, *text_unit, *text_key, *text_gram, *text_attended;
} ps_gradients;

/// score [I, T] = local_weight * local + (1 - local_weight) * global; `local` and `global` [I, T] may be null.
/// A pair's result is the same to the bit whatever else is in the batch and however many threads run.
ps_status ps_forward(const ps_tables *tables, float local_weight, float *score, float *local, float *global);

/// Gradients of sum(score_gradient * score), score_gradient [I, T]. The same to the bit for any number of threads.
ps_status ps_backward(const ps_tables *tables, float local_weight, const float *score_gradient,
                      const ps_gradients *gradients);

#ifdef __cplusplus
}
#endif
#endif
