// libvips' functions take a variable number of arguments, which Swift cannot call: here are the calls of this package.
// Every function that makes an image hands over one reference, for cv_release, or NULL after a failure.
#pragma once
#include <stdbool.h>
#include <vips/vips.h>

#include "canvas.h"

static inline void cv_silence(const char *domain, GLogLevelFlags level, const char *message, gpointer context) {
    (void)domain, (void)level, (void)message, (void)context;
}

// Once a process. Operations are not kept: they would hold on to the memory of files that are long done with.
static inline bool cv_start(void) {
    if (vips_init("ascl") != 0) return false;
    g_log_set_handler("VIPS", (GLogLevelFlags)(G_LOG_LEVEL_MASK | G_LOG_FLAG_RECURSION), cv_silence, NULL);
    vips_cache_set_max(0);
    vips_concurrency_set(1);
    return true;
}

static inline bool cv_has_loader(const char *name) { return vips_type_find("VipsOperation", name) != 0; }

// What libvips last complained about, to be released with g_free. All threads share it.
static inline char *cv_take_error(void) { return vips_error_buffer_copy(); }

static inline void cv_release(VipsImage *image) { g_object_unref(image); }

// ---- loaders: only the header is read at once; `bytes` have to stay for the image's life ----

static inline VipsImage *cv_load_jpeg(const void *bytes, size_t count, int shrink) {
    VipsImage *image = NULL;
    vips_jpegload_buffer(
        (void *)bytes, count, &image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_WARNING, "shrink",
        shrink, NULL);
    return image;
}

#define CV_LOADER(format)                                                                                            \
    static inline VipsImage *cv_load_##format(const void *bytes, size_t count) {                                     \
        VipsImage *image = NULL;                                                                                     \
        vips_##format##load_buffer(                                                                                  \
            (void *)bytes, count, &image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR, NULL);    \
        return image;                                                                                                \
    }
CV_LOADER(png)
CV_LOADER(webp)
CV_LOADER(gif)
CV_LOADER(tiff)
CV_LOADER(heif)
CV_LOADER(jxl)

// ---- headers ----

static inline bool cv_has_orientation(VipsImage *image) {
    return vips_image_get_typeof(image, VIPS_META_ORIENTATION) != 0;
}

// Whether the last channel is opacity. A pixel of packed L*a*b*, as TIFF may have it, is four bytes without.
static inline bool cv_has_alpha(VipsImage *image) {
    return image->Coding == VIPS_CODING_NONE && vips_image_hasalpha(image);
}

// Whether there is an embedded profile, of as many channels as the picture has beside opacity. The colours that a
// profile is of stand behind its first 16 bytes.
static inline bool cv_profile_fits(VipsImage *image) {
    const char *bytes = NULL;
    size_t count = 0;
    if (vips_image_get_typeof(image, VIPS_META_ICC_NAME) == 0 ||
        vips_image_get_blob(image, VIPS_META_ICC_NAME, (const void **)&bytes, &count) != 0 || count < 20) {
        return false;
    }
    switch (image->Bands - (cv_has_alpha(image) ? 1 : 0)) {
    case 1: return memcmp(bytes + 16, "GRAY", 4) == 0;
    case 3: return memcmp(bytes + 16, image->Type == VIPS_INTERPRETATION_LAB ? "Lab " : "RGB ", 4) == 0;
    case 4: return memcmp(bytes + 16, "CMYK", 4) == 0;
    default: return false;
    }
}

// Whether the embedded profile calls itself sRGB, in plain text or in UTF-16.
static inline bool cv_profile_is_srgb(VipsImage *image) {
    const char *bytes = NULL;
    size_t count = 0;
    if (vips_image_get_blob(image, VIPS_META_ICC_NAME, (const void **)&bytes, &count) != 0) return false;
    for (size_t at = 0; at + 8 <= count; ++at) {
        if (memcmp(bytes + at, "sRGB", 4) == 0 || memcmp(bytes + at, "\0s\0R\0G\0B", 8) == 0) return true;
    }
    return false;
}

// ---- operations ----

static inline VipsImage *cv_apply_profile(VipsImage *image) {
    VipsImage *result = NULL;
    vips_icc_transform(
        image, &result, "srgb", "embedded", TRUE, "intent", VIPS_INTENT_RELATIVE, "black_point_compensation", TRUE,
        "depth", 8, NULL);
    return result;
}

static inline VipsImage *cv_to_srgb(VipsImage *image) {
    VipsImage *result = NULL;
    vips_colourspace(image, &result, VIPS_INTERPRETATION_sRGB, NULL);
    return result;
}

// Lays a picture whose last channel is opacity onto white, which in inks is none.
static inline VipsImage *cv_on_white(VipsImage *image) {
    VipsImage *result = NULL;
    double largest = image->BandFmt == VIPS_FORMAT_USHORT ? 65535 : 255;
    double white = vips_image_guess_interpretation(image) == VIPS_INTERPRETATION_CMYK ? 0 : largest;
    VipsArrayDouble *background = vips_array_double_newv(1, white);
    vips_flatten(image, &result, "background", background, "max_alpha", largest, NULL);
    vips_area_unref(VIPS_AREA(background));
    return result;
}

// Computes the pixels of a three-channel 8-bit image, in bands of rows on the calling thread.
static inline CVStatus cv_draw(VipsImage *image, const CVCanvas *canvas, double seconds) {
    double deadline = cv_clock() + seconds;
    if (image->Bands != 3 || image->BandFmt != VIPS_FORMAT_UCHAR || image->Xsize < canvas->width ||
        image->Ysize < canvas->height) {
        return CV_FAILED;
    }
    // libvips gets slow when it has to keep thousands of rows of a thin picture at once.
    int band = VIPS_CLIP(16, (1 << 18) / image->Xsize, 512);
    VipsRegion *region = vips_region_new(image);
    CVStatus status = CV_DONE;
    for (int top = 0; top < image->Ysize && status == CV_DONE; top += band) {
        VipsRect area = {0, top, image->Xsize, VIPS_MIN(band, image->Ysize - top)};
        if (vips_region_prepare(region, &area) != 0) {
            status = CV_FAILED;
        } else if (cv_clock() > deadline) {
            status = CV_TOO_SLOW;
        } else {
            for (int y = top; y < top + area.height; ++y) cv_place_row(canvas, y, VIPS_REGION_ADDR(region, 0, y));
        }
    }
    g_object_unref(region);
    return status;
}

// ---- saving ----

// A JPEG without metadata of RGB pixels `[height, width, 3]`, to be released with g_free.
static inline void *cv_save_jpeg(const void *pixels, int width, int height, int quality, size_t *count) {
    void *bytes = NULL;
    *count = 0;
    size_t size = 3 * (size_t)width * (size_t)height;
    VipsImage *image = vips_image_new_from_memory(pixels, size, width, height, 3, VIPS_FORMAT_UCHAR);
    if (image == NULL) return NULL;
    vips_jpegsave_buffer(image, &bytes, count, "Q", quality, "strip", TRUE, "optimize_coding", TRUE, NULL);
    g_object_unref(image);
    return bytes;
}
