// Ordinary JPEG files straight through libjpeg, the library that libvips itself decodes them with. On small photos that
// takes half the time: the other half is the machinery around the decoder.
#pragma once
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
// After stdio.h, whose FILE it wants.
#include <jpeglib.h>
#include <jerror.h>

#include "canvas.h"

typedef struct {
    struct jpeg_error_mgr base;
    struct jpeg_progress_mgr progress;
    jmp_buf out;
    double deadline;
    CVStatus status;
    char reason[JMSG_LENGTH_MAX];
} CVJPEGGuard;

static inline void cv_jpeg_fail(j_common_ptr jpeg) {
    CVJPEGGuard *guard = (CVJPEGGuard *)jpeg->err;
    guard->status = CV_FAILED;
    jpeg->err->format_message(jpeg, guard->reason);
    longjmp(guard->out, 1);
}

// Most warnings mean that pixels were made up; these say only that something around them is odd.
static inline void cv_jpeg_warn(j_common_ptr jpeg, int level) {
    if (level >= 0) return;
    switch (jpeg->err->msg_code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_BOGUS_ICC:
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_JFIF_MAJOR: return;
    default: cv_jpeg_fail(jpeg);
    }
}

static inline void cv_jpeg_watch(j_common_ptr jpeg) {
    CVJPEGGuard *guard = (CVJPEGGuard *)jpeg->err;
    if (cv_clock() < guard->deadline) return;
    guard->status = CV_TOO_SLOW;
    longjmp(guard->out, 1);
}

// Decodes a grey or colour JPEG at 1 / shrink of its size (1, 2, 4 or 8). `reason` (200 bytes) tells of a failure.
__attribute__((noinline)) static CVStatus cv_jpeg_decode(
    const void *bytes, size_t count, int32_t shrink, const CVCanvas *canvas, double seconds, char *reason
) {
    struct jpeg_decompress_struct jpeg;
    CVJPEGGuard guard;
    memset(&guard, 0, sizeof guard);
    jpeg.err = jpeg_std_error(&guard.base);
    guard.base.error_exit = cv_jpeg_fail;
    guard.base.emit_message = cv_jpeg_warn;
    guard.progress.progress_monitor = cv_jpeg_watch;
    guard.deadline = cv_clock() + seconds;
    jpeg_create_decompress(&jpeg);
    if (setjmp(guard.out)) {
        jpeg_destroy_decompress(&jpeg);
        strncpy(reason, guard.reason, 199);
        return guard.status;
    }
    jpeg.progress = &guard.progress;
    jpeg_mem_src(&jpeg, (const unsigned char *)bytes, count);
    jpeg_read_header(&jpeg, TRUE);
    jpeg.out_color_space = JCS_RGB;
    jpeg.scale_num = 1;
    jpeg.scale_denom = (unsigned int)shrink;
    jpeg_start_decompress(&jpeg);
    if (jpeg.output_width < (unsigned)canvas->width || jpeg.output_height < (unsigned)canvas->height) {
        ERREXIT(&jpeg, JERR_BAD_CROP_SPEC);
    }
    JSAMPARRAY rows = jpeg.mem->alloc_sarray((j_common_ptr)&jpeg, JPOOL_IMAGE, 3 * jpeg.output_width, 1);
    while (jpeg.output_scanline < jpeg.output_height) {
        int32_t y = (int32_t)jpeg.output_scanline;
        if (jpeg_read_scanlines(&jpeg, rows, 1) == 1) cv_place_row(canvas, y, rows[0]);
    }
    jpeg_finish_decompress(&jpeg);
    jpeg_destroy_decompress(&jpeg);
    return CV_DONE;
}
