// Work on libtorch's threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <new>

// libtorch's thread pool, of its stable C interface: one chunk of begin ..< end for each thread.
extern "C" int32_t torch_parallel_for(int64_t begin, int64_t end, int64_t grain,
                                      void (*body)(int64_t, int64_t, void *), void *context);

namespace pair_score {

/// Calls body(begin, end) for parts of 0 ..< count on libtorch's threads. Throws bad_alloc if a part does.
template <class Body>
void parallel(int64_t count, Body body) {
    struct Context { Body &body; std::atomic<bool> failed; };
    Context context = {body, {false}};
    const int32_t status = torch_parallel_for(0, count, 1, [](int64_t begin, int64_t end, void *pointer) {
        auto &context = *static_cast<Context *>(pointer);
        try {
            context.body(begin, end);
        } catch (const std::bad_alloc &) {
            context.failed = true;
        }
    }, &context);
    if (status != 0 || context.failed) throw std::bad_alloc();
}

}  // namespace pair_score
