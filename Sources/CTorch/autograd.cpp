// Gradients: backward, gradients of chosen inputs, and functions whose gradient the caller writes.
#include "libtorch.h"
#if CT_LIBTORCH
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/variable.h>

#include <memory>
#include <string>

#include "internal.h"

CT_EXPORT CTStatus ct_backward(CTTensor output, CTTensor gradient, bool retain_graph) {
    return ct::guarded([&] {
        std::vector<at::Tensor> gradients;
        if (gradient) gradients.push_back(ct::share(gradient));
        torch::autograd::backward({ct::share(output)}, gradients, retain_graph);
    });
}

CT_EXPORT CTStatus ct_gradients(
    const CTTensor *outputs, const CTTensor *output_gradients, int64_t output_count, const CTTensor *inputs,
    int64_t input_count, bool retain_graph, CTTensor *results) {
    return ct::guarded([&] {
        auto gradients = torch::autograd::grad(
            ct::share(outputs, output_count), ct::share(inputs, input_count),
            output_gradients ? ct::share(output_gradients, output_count) : std::vector<at::Tensor>{}, retain_graph,
            /*create_graph=*/false, /*allow_unused=*/true);
        for (int64_t i = 0; i < input_count; i++) results[i] = ct::give(std::move(gradients[i]));
    });
}

CT_EXPORT CTTensor ct_gradient(CTTensor tensor) { return ct::give(ct::share(tensor).grad()); }

CT_EXPORT CTStatus ct_clear_gradient(CTTensor tensor) {
    return ct::guarded([&] { ct::share(tensor).mutable_grad().reset(); });
}

CT_EXPORT CTStatus ct_set_gradient(CTTensor tensor, CTTensor gradient) {
    return ct::guarded([&] { ct::share(tensor).mutable_grad() = ct::share(gradient); });
}

namespace {

struct CallerHook final : torch::autograd::PostAccumulateGradHook {
    CallerHook(CTGradientReady ready, void (*release)(void *), void *context)
        : ready(ready), release(release), context(context) {}
    ~CallerHook() override { release(context); }

    void operator()(const torch::autograd::Variable &) override { TORCH_CHECK(ready(context) == 0, ct_last_error()); }

    CTGradientReady ready;
    void (*release)(void *);
    void *context;
};

struct CallerNode final : torch::autograd::Node {
    CallerNode(const char *label, CTBackward backward, void (*release)(void *), void *context, int64_t input_count)
        : label(label), backward(backward), release(release), context(context), input_count(input_count) {}
    ~CallerNode() override { release_variables(); }

    std::string name() const override { return label; }

    void release_variables() override {
        if (context) release(context);
        context = nullptr;
    }

    torch::autograd::variable_list apply(torch::autograd::variable_list &&gradients) override {
        TORCH_CHECK(context, label, " is differentiated a second time; its inputs are gone");
        std::vector<CTTensor> outputs, inputs(input_count, nullptr);
        for (const auto &gradient : gradients)
            outputs.push_back(
                gradient.defined() ? reinterpret_cast<CTTensor>(gradient.unsafeGetTensorImpl()) : nullptr);
        const auto status =
            backward(context, outputs.data(), static_cast<int64_t>(outputs.size()), inputs.data(), input_count);
        torch::autograd::variable_list result;
        for (auto handle : inputs) result.push_back(ct::take(handle));
        TORCH_CHECK(status == 0, "gradient of ", label, ": ", ct_last_error());
        return result;
    }

    std::string label;
    CTBackward backward;
    void (*release)(void *);
    void *context;
    int64_t input_count;
};

}  // namespace

CT_EXPORT CTStatus ct_on_gradient(
    CTTensor leaf, CTGradientReady ready, void (*release)(void *), void *context) {
    return ct::guarded([&] {
        auto hook = ready ? std::make_unique<CallerHook>(ready, release, context) : nullptr;
        torch::autograd::impl::set_post_acc_grad_hooks(ct::share(leaf), std::move(hook));
    });
}

CT_EXPORT CTStatus ct_attach(
    const CTTensor *inputs, int64_t input_count, const CTTensor *outputs, int64_t output_count, const char *name,
    CTBackward backward, void (*release)(void *), void *context) {
    bool owned = false;
    const auto status = ct::guarded([&] {
        const auto shared = ct::share(inputs, input_count);
        if (!c10::GradMode::is_enabled() || !torch::autograd::compute_requires_grad(shared)) return;
        auto node = c10::make_intrusive<CallerNode>(name, backward, release, context, input_count);
        owned = true;
        node->set_next_edges(torch::autograd::collect_next_edges(shared));
        for (int64_t i = 0; i < output_count; i++) torch::autograd::set_history(ct::share(outputs[i]), node);
    });
    if (!owned) release(context);
    return status;
}

#endif
