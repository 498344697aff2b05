// What belongs to a thread or to the process: modes, seeds, generators, threads, devices.
#include "libtorch.h"
#if CT_LIBTORCH
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/api/include/torch/version.h>

#include "internal.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

CT_EXPORT const char *ct_version(void) { return TORCH_VERSION; }

CT_EXPORT bool ct_grad_enabled(void) { return c10::GradMode::is_enabled(); }
CT_EXPORT void ct_set_grad_enabled(bool on) { c10::GradMode::set_enabled(on); }
CT_EXPORT void *ct_inference_begin(void) { return new c10::InferenceMode(); }
CT_EXPORT void ct_inference_end(void *guard) { delete static_cast<c10::InferenceMode *>(guard); }

CT_EXPORT CTStatus ct_autocast_begin(int32_t device_type, int32_t scalar_type, CTAutocast *previous) {
    return ct::guarded([&] {
        const auto device = static_cast<at::DeviceType>(device_type);
        previous->enabled = at::autocast::is_autocast_enabled(device);
        previous->scalar_type = static_cast<int32_t>(at::autocast::get_autocast_dtype(device));
        at::autocast::set_autocast_enabled(device, true);
        at::autocast::set_autocast_dtype(device, static_cast<at::ScalarType>(scalar_type));
        at::autocast::increment_nesting();
    });
}

CT_EXPORT void ct_autocast_end(int32_t device_type, CTAutocast previous) {
    const auto device = static_cast<at::DeviceType>(device_type);
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(device, previous.enabled);
    at::autocast::set_autocast_dtype(device, static_cast<at::ScalarType>(previous.scalar_type));
}

CT_EXPORT void ct_manual_seed(uint64_t seed) { at::manual_seed(seed); }

CT_EXPORT CTStatus ct_generator(int32_t device, uint64_t seed, CTGenerator *result) {
    return ct::guarded([&] {
        const auto place = ct::device(device);
        auto generator = place.is_cpu() ? at::make_generator<at::CPUGeneratorImpl>(seed)
                                        : at::globalContext().defaultGenerator(place).clone();
        generator.set_current_seed(seed);
        *result = reinterpret_cast<CTGenerator>(new at::Generator(std::move(generator)));
    });
}

CT_EXPORT void ct_generator_release(CTGenerator generator) { delete reinterpret_cast<at::Generator *>(generator); }

CT_EXPORT CTStatus ct_set_thread_count(int32_t count) {
    return ct::guarded([&] { at::set_num_threads(count); });
}
CT_EXPORT int32_t ct_thread_count(void) { return at::get_num_threads(); }
CT_EXPORT bool ct_multiplies_bfloat16(void) {
#ifdef __x86_64__
    return __builtin_cpu_supports("avx512bf16");
#else
    return false;
#endif
}

CT_EXPORT int32_t ct_cuda_device_count(void) {
    return at::hasCUDA() ? static_cast<int32_t>(at::detail::getCUDAHooks().deviceCount()) : 0;
}

CT_EXPORT void ct_keep_freed_memory(void) {
#ifdef __GLIBC__
    // Fresh pages have to be cleared: of a step at D 1024, whose tables are of 100 MB each, that was a sixth.
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
}

#endif
