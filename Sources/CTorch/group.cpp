// Several processes that compute one thing: c10d's store, where they meet, and its Gloo group, which sums and gathers.
#include "libtorch.h"
#if CT_LIBTORCH
#define USE_C10D_GLOO
#include <c10/util/Logging.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <chrono>
#include <cstdlib>
#include <string>

#include "internal.h"

namespace {

using StorePointer = c10::intrusive_ptr<c10d::Store>;
using WorkPointer = c10::intrusive_ptr<c10d::Work>;

c10d::ProcessGroupGloo &members(CTGroup group) { return *reinterpret_cast<c10d::ProcessGroupGloo *>(group); }

c10d::Store &store(CTStore handle) { return **reinterpret_cast<StorePointer *>(handle); }

std::chrono::milliseconds milliseconds(double seconds) {
    return std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
}

std::vector<uint8_t> bytes(const char *text) { return {text, text + std::char_traits<char>::length(text)}; }

}  // namespace

CT_EXPORT CTStatus ct_store_open(
    const char *host, uint16_t port, bool serves, const char *prefix, double seconds, CTStore *result) {
    return ct::guarded([&] {
        // c10d prints what it throws besides, with its stack, unless somebody asks for it in libtorch's own way.
        if (std::getenv("TORCH_CPP_LOG_LEVEL"))
            c10::initLogging();
        else
            FLAGS_caffe2_log_level = c10::GLOG_FATAL;
        c10d::TCPStoreOptions options;
        options.port = port;
        options.isServer = serves;
        options.waitWorkers = false;
        options.timeout = milliseconds(seconds);
        const StorePointer whole = c10::make_intrusive<c10d::TCPStore>(host, options);
        *result = reinterpret_cast<CTStore>(new StorePointer(c10::make_intrusive<c10d::PrefixStore>(prefix, whole)));
    });
}

CT_EXPORT void ct_store_release(CTStore handle) { delete reinterpret_cast<StorePointer *>(handle); }

CT_EXPORT CTStatus ct_store_claim(CTStore handle, const char *key, const char *value, const char **found) {
    return ct::guarded([&] {
        static thread_local std::string text;
        const auto held = store(handle).compareSet(key, {}, bytes(value));
        text.assign(held.begin(), held.end());
        *found = text.c_str();
    });
}

CT_EXPORT CTStatus ct_store_add(CTStore handle, const char *key, int64_t amount, int64_t *sum) {
    return ct::guarded([&] { *sum = store(handle).add(key, amount); });
}

CT_EXPORT CTStatus ct_group_join(
    CTStore handle, const char *address, int32_t rank, int32_t size, double seconds, CTGroup *result) {
    return ct::guarded([&] {
        auto options = address ? c10d::ProcessGroupGloo::Options::create(milliseconds(seconds))
                               : c10d::ProcessGroupGloo::Options::create_default(milliseconds(seconds));
        if (address) options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForHostname(address));
        auto group = c10::make_intrusive<c10d::ProcessGroupGloo>(
            *reinterpret_cast<StorePointer *>(handle), rank, size, options);
        *result = reinterpret_cast<CTGroup>(group.release());
    });
}

CT_EXPORT void ct_group_set_limit(CTGroup group, double seconds) { members(group).setTimeout(milliseconds(seconds)); }

CT_EXPORT void ct_group_leave(CTGroup group) {
    c10::intrusive_ptr<c10d::ProcessGroupGloo>::reclaim(&members(group)).reset();
}

CT_EXPORT CTStatus ct_group_sum(CTGroup group, CTTensor tensor, CTWork *result) {
    return ct::guarded([&] {
        std::vector<at::Tensor> tensors{ct::share(tensor)};
        *result = reinterpret_cast<CTWork>(new WorkPointer(members(group).allreduce(tensors)));
    });
}

CT_EXPORT CTStatus ct_work_wait(CTWork work) {
    return ct::guarded([&] { (*reinterpret_cast<WorkPointer *>(work))->wait(); });
}

CT_EXPORT void ct_work_release(CTWork work) { delete reinterpret_cast<WorkPointer *>(work); }

CT_EXPORT CTStatus ct_group_gather(CTGroup group, CTTensor own, CTTensor *results) {
    return ct::guarded([&] {
        std::vector<at::Tensor> inputs{ct::share(own)};
        std::vector<std::vector<at::Tensor>> outputs(1);
        for (int rank = 0; rank < members(group).getSize(); rank++) outputs[0].push_back(at::empty_like(inputs[0]));
        members(group).allgather(outputs, inputs)->wait();
        for (auto &tensor : outputs[0]) *results++ = ct::give(std::move(tensor));
    });
}

CT_EXPORT CTStatus ct_group_broadcast(CTGroup group, CTTensor tensor) {
    return ct::guarded([&] {
        std::vector<at::Tensor> tensors{ct::share(tensor)};
        members(group).broadcast(tensors)->wait();
    });
}

#endif
