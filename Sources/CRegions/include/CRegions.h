/// Kernels of region detectors on the CPU, each one call a picture and serial: a pipeline runs one worker a core.
///
/// Boxes are float32 `[count, 4]`: left, top, right, bottom. Everything is row-major and contiguous. The caller answers
/// for finite boxes within +-1e7; no exception leaves a function, which returns one of `regions_failure`, all below
/// zero, when it failed.
#ifndef CREGIONS_H
#define CREGIONS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Why a function failed.
typedef enum { REGIONS_OUT_OF_MEMORY = -1, REGIONS_BAD_SIZES = -2, REGIONS_FAILED = -3 } regions_failure;

/// How boxes overlap. With `inclusive_pixels` a box from 3 to 5 is 3 wide (Caffe's reading), else 2 (torchvision's);
/// boxes overlap too much when their intersection over union is above the threshold, or, with `at_threshold`, equal.
typedef struct {
    double threshold;
    bool inclusive_pixels;
    bool at_threshold;
} regions_overlap;

/// The indices of the `wanted` greatest scores, greatest first, equal ones in their order. Returns how many.
int64_t regions_top(const float *scores, int64_t count, int64_t wanted, int64_t *indices);

/// Greedy non-maximum suppression: goes through boxes by falling score and keeps each that overlaps no kept one of its
/// group too much (`groups` may be null: one group), until `limit` are kept. Fills `kept` and returns how many.
int64_t regions_suppress(
    const float *boxes, const float *scores, const int32_t *groups, int64_t count, regions_overlap overlap,
    int64_t limit, int64_t *kept);

/// Suppression within each class on its own, all over the same boxes; `scores` is `[count, classes]`. Each box's
/// confidence is the greatest score among the classes from `first_class` on that kept it, 0 where none did.
int64_t regions_confidences(
    const float *boxes, const float *scores, int64_t count, int64_t classes, int64_t first_class,
    regions_overlap overlap, float *confidences);

/// Which boxes are cut from which map, and into what.
typedef struct {
    int64_t channels, height, width;  ///< of the map, channels last: `[height, width, channels]`
    int64_t box_count, rows, columns; ///< of the result: `[box_count, channels, rows, columns]`
    float scale;                      ///< from box coordinates to the map's
} regions_pooling;

/// RoIAlign: the mean of bilinear samples in each cell, `samples` a side, or as many as it has pixels where that is 0.
/// `aligned` shifts by half a pixel so that coordinate 0 is the left edge of the first pixel, not its centre.
int64_t regions_align(
    const float *map, const float *boxes, regions_pooling sizes, int64_t samples, bool aligned, float *result);

/// RoIPool: the maximum of each cell, its borders rounded to pixels; 0 for a cell that holds none.
int64_t regions_pool(const float *map, const float *boxes, regions_pooling sizes, float *result);

#ifdef __cplusplus
}
#endif
#endif
