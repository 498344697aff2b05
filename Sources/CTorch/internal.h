// Shared by the shim's sources: handles to and from at::Tensor, and exceptions turned into a status.
#pragma once
#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <vector>

#include "include/ctorch.h"

#define CT_EXPORT extern "C" __attribute__((visibility("default")))

namespace ct {

void set_error(const char *message) noexcept;

inline c10::TensorImpl *impl(CTTensor handle) { return reinterpret_cast<c10::TensorImpl *>(handle); }

using ImplPointer = c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>;

/// A new strong reference to the handle's tensor; undefined for NULL.
inline at::Tensor share(CTTensor handle) {
    return handle ? at::Tensor(ImplPointer::reclaim_copy(impl(handle))) : at::Tensor();
}

/// The handle's own reference, taken over.
inline at::Tensor take(CTTensor handle) {
    return handle ? at::Tensor(ImplPointer::reclaim(impl(handle))) : at::Tensor();
}

/// Hands the tensor's reference to the caller; NULL for an undefined one.
inline CTTensor give(at::Tensor tensor) {
    return tensor.defined() ? reinterpret_cast<CTTensor>(tensor.unsafeReleaseTensorImpl()) : nullptr;
}

inline std::vector<at::Tensor> share(const CTTensor *handles, int64_t count) {
    std::vector<at::Tensor> tensors;
    tensors.reserve(count);
    for (int64_t i = 0; i < count; i++) tensors.push_back(share(handles[i]));
    return tensors;
}

inline c10::Device device(int32_t code) {
    const int index = code & 0xff;
    return c10::Device(static_cast<c10::DeviceType>(code >> 8), index == 0xff ? -1 : static_cast<int8_t>(index));
}

/// Runs `body`; an exception becomes status 1 and its text the thread's last error.
template <typename Body>
CTStatus guarded(Body body) noexcept {
    try {
        body();
        return 0;
    } catch (const c10::Error &error) {
        set_error(error.what_without_backtrace());
    } catch (const std::exception &error) {
        set_error(error.what());
    } catch (...) {
        set_error("an unknown C++ exception");
    }
    return 1;
}

}  // namespace ct
