// The one C line between Swift and libtorch. No C++ type and no exception crosses it.
//
// Handles are opaque and counted: every `CTTensor` that a function hands out is one strong reference that the caller
// releases; every `CTTensor` passed in is borrowed for the call. A function that can fail returns a status, 0 for
// success; `ct_last_error` then tells why, in libtorch's own words, for the calling thread.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct CTTensorOpaque *CTTensor;
typedef struct CTOperatorOpaque *CTOperator;
typedef struct CTGeneratorOpaque *CTGenerator;
typedef struct CTStoreOpaque *CTStore;
typedef struct CTGroupOpaque *CTGroup;
typedef struct CTWorkOpaque *CTWork;
typedef int32_t CTStatus;

const char *ct_last_error(void);
const char *ct_version(void);

// A device travels as type << 8 | index, an index of 0xff meaning "the current one".

// ---- tensors ----
void ct_retain(CTTensor tensor);
void ct_release(CTTensor tensor);
int64_t ct_dimension_count(CTTensor tensor);
const int64_t *ct_sizes(CTTensor tensor);  // borrowed
int64_t ct_element_count(CTTensor tensor);
int32_t ct_scalar_type(CTTensor tensor);
int32_t ct_device(CTTensor tensor);
// Element type and device in libtorch's words, "ComplexFloat on cuda:0"; valid until the thread's next call of it.
const char *ct_kind(CTTensor tensor);
bool ct_is_contiguous(CTTensor tensor);
bool ct_requires_grad(CTTensor tensor);
CTStatus ct_set_requires_grad(CTTensor tensor, bool on);
// The first element's address; the tensor must be on the CPU.
CTStatus ct_data(CTTensor tensor, void **address);
CTStatus ct_item(CTTensor tensor, double *value);
CTStatus ct_empty(const int64_t *sizes, int64_t count, int32_t scalar_type, int32_t device, CTTensor *result);
// Wraps foreign memory; `release(context)` runs when the last reference goes.
CTStatus ct_wrap(
    void *data, const int64_t *sizes, int64_t count, int32_t scalar_type, void (*release)(void *), void *context,
    CTTensor *result);

// ---- any operator, boxed ----
enum {
    CT_NONE = 0,
    CT_DEFAULT,  // the schema's own default
    CT_TENSOR,
    CT_INT,
    CT_DOUBLE,
    CT_BOOL,
    CT_STRING,
    CT_DEVICE,
    CT_GENERATOR,
    CT_TENSORS,
    CT_INTS,
    CT_SCALARS  // doubles, for a parameter of type Scalar?[]
};

typedef struct {
    int32_t tag;
    int64_t count;  // of a list or a string
    union {
        CTTensor tensor;
        CTGenerator generator;
        int64_t integer;
        double real;
        const void *pointer;
    } value;
} CTValue;

// An operator by name ("aten::matmul") and overload; NULL when libtorch has none. Looked up once and kept.
CTOperator ct_operator(const char *name, const char *overload);
// Missing trailing arguments take the schema's defaults. Fills up to `capacity` results; a tensor list comes back as
// CT_TENSORS with a malloc'ed array of owned handles.
CTStatus ct_call(CTOperator op, const CTValue *arguments, int64_t count, CTValue *results, int64_t capacity);

// ---- autograd ----
CTStatus ct_backward(CTTensor output, CTTensor gradient_or_null, bool retain_graph);
CTStatus ct_gradients(
    const CTTensor *outputs, const CTTensor *output_gradients, int64_t output_count, const CTTensor *inputs,
    int64_t input_count, bool retain_graph, CTTensor *results);  // NULL where an input was not used
CTTensor ct_gradient(CTTensor tensor);                           // owned, NULL when there is none
CTStatus ct_clear_gradient(CTTensor tensor);
CTStatus ct_set_gradient(CTTensor tensor, CTTensor gradient);
// Calls `ready` whenever `backward` has finished a leaf's gradient; nonzero means failure, told through `ct_fail`. A NULL
// `ready` ends that.
typedef int32_t (*CTGradientReady)(void *context);
CTStatus ct_on_gradient(CTTensor leaf, CTGradientReady ready, void (*release)(void *), void *context);
// A gradient the caller writes. It gets borrowed gradients of the outputs (NULL where none flowed) and fills
// `input_gradients` with owned handles or NULL; nonzero means failure, told through `ct_fail`.
typedef int32_t (*CTBackward)(
    void *context, const CTTensor *output_gradients, int64_t output_count, CTTensor *input_gradients,
    int64_t input_count);
CTStatus ct_attach(
    const CTTensor *inputs, int64_t input_count, const CTTensor *outputs, int64_t output_count, const char *name,
    CTBackward backward, void (*release)(void *), void *context);
void ct_fail(const char *message);

// ---- several processes ----
// A store of texts that processes share, in which they find each other: at `host`, served by one of them. Its keys begin
// with `prefix`. No call waits longer than `seconds`.
CTStatus ct_store_open(
    const char *host, uint16_t port, bool serves, const char *prefix, double seconds, CTStore *result);
void ct_store_release(CTStore store);
// Gives `key` a value where it has none; `found` is what it has then, valid until the thread's next call.
CTStatus ct_store_claim(CTStore store, const char *key, const char *value, const char **found);
CTStatus ct_store_add(CTStore store, const char *key, int64_t amount, int64_t *sum);
// Waits for all `size` processes. `address` is this host's own among them; NULL leaves it to libtorch.
CTStatus ct_group_join(
    CTStore store, const char *address, int32_t rank, int32_t size, double seconds, CTGroup *result);
// How long what follows may wait for the others.
void ct_group_set_limit(CTGroup group, double seconds);
// Waits for what is under way.
void ct_group_leave(CTGroup group);
// Begins to replace the tensor by the sum of all processes', in an order that depends on their number alone.
CTStatus ct_group_sum(CTGroup group, CTTensor tensor, CTWork *result);
CTStatus ct_work_wait(CTWork work);
void ct_work_release(CTWork work);
// The tensors of all processes, of one shape; fills as many owned handles as there are processes.
CTStatus ct_group_gather(CTGroup group, CTTensor own, CTTensor *results);
// Replaces the tensor by process 0's.
CTStatus ct_group_broadcast(CTGroup group, CTTensor tensor);

// ---- modes of the calling thread ----
bool ct_grad_enabled(void);
void ct_set_grad_enabled(bool on);
void *ct_inference_begin(void);
void ct_inference_end(void *guard);
typedef struct {
    bool enabled;
    int32_t scalar_type;
} CTAutocast;
CTStatus ct_autocast_begin(int32_t device_type, int32_t scalar_type, CTAutocast *previous);
void ct_autocast_end(int32_t device_type, CTAutocast previous);

// ---- process ----
void ct_manual_seed(uint64_t seed);
CTStatus ct_generator(int32_t device, uint64_t seed, CTGenerator *result);
void ct_generator_release(CTGenerator generator);
CTStatus ct_set_thread_count(int32_t count);
int32_t ct_thread_count(void);
bool ct_multiplies_bfloat16(void);  // whether the CPU has instructions for it
int32_t ct_cuda_device_count(void);
void ct_keep_freed_memory(void);

#ifdef __cplusplus
}
#endif
