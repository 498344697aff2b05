// What of libhdf5 the import of published features needs. Its constants and types are macros that Swift cannot see.
// Every function returns a negative number where the library fails; none prints.
#include <hdf5.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static inline hid_t chdf5_open(const char *path) {
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    return H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
}

static inline void chdf5_close(hid_t file) { H5Fclose(file); }

// Calls `visit` with the name of everything in the file's root.
static inline herr_t chdf5_visit(hid_t group, const char *name, const H5L_info_t *info, void *context) {
    void **pair = (void **)context;
    ((void (*)(const char *, void *))pair[0])(name, pair[1]);
    return 0;
}

static inline int chdf5_names(hid_t file, void (*visit)(const char *, void *), void *context) {
    void *pair[2] = {(void *)visit, context};
    return H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, NULL, chdf5_visit, pair);
}

// A dataset whose last chunks stay in memory: neighbouring images share one.
static inline hid_t chdf5_dataset(hid_t file, const char *name) {
    hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
    H5Pset_chunk_cache(access, 521, 64 << 20, 1);
    hid_t dataset = H5Oexists_by_name(file, name, H5P_DEFAULT) > 0 ? H5Dopen2(file, name, access) : -1;
    H5Pclose(access);
    return dataset;
}

static inline void chdf5_close_dataset(hid_t dataset) { H5Dclose(dataset); }

// Writes up to `capacity` sizes; returns the number of dimensions.
static inline int chdf5_shape(hid_t dataset, int capacity, int64_t *sizes) {
    hid_t space = H5Dget_space(dataset);
    int rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    hsize_t found[H5S_MAX_RANK];
    if (rank > capacity || rank > H5S_MAX_RANK || (rank > 0 && H5Sget_simple_extent_dims(space, found, NULL) < 0)) {
        rank = -1;
    }
    for (int axis = 0; axis < rank; ++axis) {
        sizes[axis] = found[axis] > INT64_MAX ? INT64_MAX : (int64_t)found[axis];
    }
    if (space >= 0) H5Sclose(space);
    return rank;
}

enum { chdf5_float = 1, chdf5_integer = 2, chdf5_text = 3, chdf5_other = 4 };

// What an element is; `size` is its bytes.
static inline int chdf5_kind(hid_t dataset, int64_t *size) {
    hid_t type = H5Dget_type(dataset);
    if (type < 0) return -1;
    H5T_class_t class = H5Tget_class(type);
    *size = (int64_t)H5Tget_size(type);
    H5Tclose(type);
    return class == H5T_FLOAT ? chdf5_float : class == H5T_INTEGER ? chdf5_integer
        : class == H5T_STRING ? chdf5_text : chdf5_other;
}

// Reads rows start ..< start + count of the first dimension, as memory type `type`.
static inline int chdf5_read(hid_t dataset, hid_t type, int64_t start, int64_t count, void *target) {
    hid_t space = H5Dget_space(dataset);
    int rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    hsize_t sizes[H5S_MAX_RANK], first[H5S_MAX_RANK] = {0};
    int status = -1;
    if (rank >= 1 && rank <= H5S_MAX_RANK && H5Sget_simple_extent_dims(space, sizes, NULL) == rank && start >= 0
        && count >= 0 && (hsize_t)start + (hsize_t)count <= sizes[0]) {
        first[0] = (hsize_t)start;
        sizes[0] = (hsize_t)count;
        hid_t memory = H5Screate_simple(rank, sizes, NULL);
        if (memory >= 0 && H5Sselect_hyperslab(space, H5S_SELECT_SET, first, NULL, sizes, NULL) >= 0) {
            status = H5Dread(dataset, type, memory, space, H5P_DEFAULT, target);
        }
        if (memory >= 0) H5Sclose(memory);
    }
    if (space >= 0) H5Sclose(space);
    return status;
}

static inline int chdf5_read_floats(hid_t dataset, int64_t start, int64_t count, float *target) {
    return chdf5_read(dataset, H5T_NATIVE_FLOAT, start, count, target);
}

static inline int chdf5_read_integers(hid_t dataset, int64_t start, int64_t count, int64_t *target) {
    return chdf5_read(dataset, H5T_NATIVE_INT64, start, count, target);
}

// Reads a row of text, which is a string of its own or of a fixed length; cut at `capacity` bytes with a zero behind.
static inline int chdf5_read_text(hid_t dataset, int64_t row, char *target, int64_t capacity) {
    hid_t type = H5Dget_type(dataset);
    if (type < 0) return -1;
    int status = -1;
    target[0] = 0;
    if (H5Tis_variable_str(type) > 0) {
        char *text = NULL;
        status = chdf5_read(dataset, type, row, 1, &text);
        if (status >= 0 && text != NULL) {
            strncpy(target, text, (size_t)capacity - 1);
            target[capacity - 1] = 0;
        }
        if (text != NULL) H5free_memory(text);
    } else {
        size_t size = H5Tget_size(type);
        if (size > 0 && size < (size_t)capacity) {
            status = chdf5_read(dataset, type, row, 1, target);
            target[size] = 0;
        }
    }
    H5Tclose(type);
    return status;
}
