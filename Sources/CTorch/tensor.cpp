// Tensors: counting, shape, memory.
#include "libtorch.h"
#if CT_LIBTORCH
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <string>

#include "internal.h"

static thread_local std::string last_error;

void ct::set_error(const char *message) noexcept {
    try {
        last_error = message;
    } catch (...) {
        // Out of memory while describing an error: the status alone has to serve.
    }
}

CT_EXPORT const char *ct_last_error(void) { return last_error.c_str(); }
CT_EXPORT void ct_fail(const char *message) { ct::set_error(message); }

CT_EXPORT void ct_retain(CTTensor tensor) {
    if (tensor) c10::raw::intrusive_ptr::incref(ct::impl(tensor));
}
CT_EXPORT void ct_release(CTTensor tensor) {
    if (tensor) c10::raw::intrusive_ptr::decref(ct::impl(tensor));
}
CT_EXPORT int64_t ct_dimension_count(CTTensor tensor) { return ct::impl(tensor)->dim(); }
CT_EXPORT const int64_t *ct_sizes(CTTensor tensor) { return ct::impl(tensor)->sizes().data(); }
CT_EXPORT int64_t ct_element_count(CTTensor tensor) { return ct::impl(tensor)->numel(); }
CT_EXPORT int32_t ct_scalar_type(CTTensor tensor) {
    return static_cast<int32_t>(c10::typeMetaToScalarType(ct::impl(tensor)->dtype()));
}
CT_EXPORT int32_t ct_device(CTTensor tensor) {
    const auto device = ct::impl(tensor)->device();
    return static_cast<int32_t>(device.type()) << 8 | static_cast<uint8_t>(device.index());
}
CT_EXPORT const char *ct_kind(CTTensor tensor) {
    static thread_local std::string kind;
    const auto impl = ct::impl(tensor);
    try {
        kind = std::string(c10::toString(c10::typeMetaToScalarType(impl->dtype()))) + " on " + impl->device().str();
        return kind.c_str();
    } catch (...) {
        return "a kind of tensor that has no name";
    }
}
CT_EXPORT bool ct_is_contiguous(CTTensor tensor) { return ct::impl(tensor)->is_contiguous(); }
CT_EXPORT bool ct_requires_grad(CTTensor tensor) { return ct::share(tensor).requires_grad(); }

CT_EXPORT CTStatus ct_set_requires_grad(CTTensor tensor, bool on) {
    return ct::guarded([&] { ct::share(tensor).set_requires_grad(on); });
}

CT_EXPORT CTStatus ct_data(CTTensor tensor, void **address) {
    return ct::guarded([&] {
        const auto shared = ct::share(tensor);
        TORCH_CHECK(shared.device().is_cpu(), "data of a tensor on ", shared.device(), " asked for on the CPU");
        *address = shared.mutable_data_ptr();
    });
}

CT_EXPORT CTStatus ct_item(CTTensor tensor, double *value) {
    return ct::guarded([&] { *value = ct::share(tensor).item().toDouble(); });
}

CT_EXPORT CTStatus ct_empty(
    const int64_t *sizes, int64_t count, int32_t scalar_type, int32_t device, CTTensor *result) {
    return ct::guarded([&] {
        const auto options =
            at::TensorOptions().dtype(static_cast<at::ScalarType>(scalar_type)).device(ct::device(device));
        *result = ct::give(at::empty(at::IntArrayRef(sizes, count), options));
    });
}

CT_EXPORT CTStatus ct_wrap(
    void *data, const int64_t *sizes, int64_t count, int32_t scalar_type, void (*release)(void *), void *context,
    CTTensor *result) {
    return ct::guarded([&] {
        *result = ct::give(at::from_blob(
            data, at::IntArrayRef(sizes, count), [release, context](void *) { release(context); },
            at::TensorOptions().dtype(static_cast<at::ScalarType>(scalar_type))));
    });
}

#endif
