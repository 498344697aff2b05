// Where a decoder puts the pixels of a picture, whichever way up it is stored.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

// Pixel (x, y) of the stored picture is pixel number start + x * column_step + y * row_step of the upright one.
// Columns from `width` on and rows from `height` on are left out.
typedef struct {
    uint8_t *pixels;  // RGB
    int64_t start, column_step, row_step;
    int32_t width, height;
} CVCanvas;

// How decoding ended.
typedef enum { CV_DONE = 0, CV_FAILED, CV_TOO_SLOW } CVStatus;

static inline void cv_place_row(const CVCanvas *canvas, int32_t y, const uint8_t *row) {
    if (y >= canvas->height) return;
    uint8_t *to = canvas->pixels + 3 * (canvas->start + y * canvas->row_step);
    if (canvas->column_step == 1) {
        memcpy(to, row, 3 * (size_t)canvas->width);
        return;
    }
    for (int32_t x = 0; x < canvas->width; ++x, row += 3, to += 3 * canvas->column_step) {
        to[0] = row[0];
        to[1] = row[1];
        to[2] = row[2];
    }
}

static inline double cv_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
