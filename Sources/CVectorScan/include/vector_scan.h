/// Nearest rows to a batch of queries by cosine, on the CPU: every row is looked at, in 8-bit integers, and the best are
/// told exactly afterwards from float16.
///
/// Rows are unit vectors in float16, row-major (`halves`), and beside them as 8-bit codes with one float32 scale a row:
/// value = code * scale. Codes of 16 rows make a panel, `[dimension / 4, 16, 4]`, rounded up and filled with zeros, so that
/// sums of 16 rows lie in one vector and are never added across. Codes are a function of the halves.
#ifndef VECTOR_SCAN_H
#define VECTOR_SCAN_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    VS_OK = 0,
    VS_BAD_SIZES = 1,
    VS_OUT_OF_MEMORY = 2,
    VS_NO_SUCH_INSTRUCTIONS = 3,
    VS_NOT_FINITE = 4,  ///< a vector with a NaN or an infinity
    VS_NO_LENGTH = 5    ///< a vector of zeros
} vs_status;

/// What a scan runs on. VS_BEST is the best that this machine has; the others are for tests. All give the same result.
typedef enum { VS_BEST = 0, VS_PORTABLE = 1, VS_AVX2 = 2, VS_AVX512_VNNI = 3 } vs_instructions;

enum { VS_PANEL_ROWS = 16, VS_MOST_QUERIES = 64, VS_MOST_DIMENSION = 16384 };

/// The best instructions that this machine has.
vs_instructions vs_best_instructions(void);

/// Bytes that the codes of so many rows take, and how many scales they have: one for each place of their panels.
int64_t vs_code_bytes(int64_t rows, int64_t dimension);
int64_t vs_scale_count(int64_t rows);

/// Scales vectors [rows, dimension] to length 1; `units` and `halves`, of the same shape, may each be null. Of the first
/// vector that has no direction `bad_row` tells the number.
vs_status vs_normalize(const float *vectors, int64_t rows, int64_t dimension, float *units, uint16_t *halves,
                       int64_t *bad_row);

/// Codes and scales of rows [rows, dimension]; all places of the last panel are written.
void vs_encode(const uint16_t *halves, int64_t rows, int64_t dimension, int8_t *codes, float *scales);

/// Rows that lie together: `codes` at a multiple of 64 bytes.
typedef struct {
    const int8_t *codes;
    const float *scales;
    int64_t rows;
    int64_t first_row;  ///< the number of the first of them; numbers rise from block to block
} vs_block;

/// Which rows count: bit n % 64 of word n / 64 for row n.
typedef const uint64_t *vs_bits;

typedef struct {
    float score;
    int64_t row;
} vs_found;

/// The `wanted` best rows for each of at most VS_MOST_QUERIES unit vectors [count, dimension], best first, equal ones by
/// their numbers: `found` [count, wanted], of which `found_counts` are filled. Rows outside `live` are left out, and for query q
/// those outside `allowed[q]`; null, the whole or an entry, leaves none out. A query's result depends on it alone.
vs_status vs_scan(const vs_block *blocks, int64_t block_count, int64_t dimension, const float *queries, int64_t count,
                  vs_bits live, const vs_bits *allowed, int64_t wanted, int64_t threads, vs_instructions instructions,
                  vs_found *found, int64_t *found_counts);

/// The inner products of a unit vector with rows of float16, the same to the bit on every machine.
void vs_products(const float *query, const uint16_t *const *rows, int64_t count, int64_t dimension, float *scores);

#ifdef __cplusplus
}
#endif
#endif
