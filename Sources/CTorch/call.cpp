// Any operator by name, boxed: arguments as IValues onto a stack, one call through the dispatcher, results back.
#include "libtorch.h"
#if CT_LIBTORCH
#include <ATen/core/Generator.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "internal.h"

namespace {

c10::IValue to_ivalue(const CTValue &argument) {
    const auto &value = argument.value;
    switch (argument.tag) {
    case CT_NONE: return {};
    case CT_TENSOR: return ct::share(value.tensor);
    case CT_INT: return value.integer;
    case CT_DOUBLE: return value.real;
    case CT_BOOL: return value.integer != 0;
    case CT_STRING: return std::string(static_cast<const char *>(value.pointer), argument.count);
    case CT_DEVICE: return ct::device(static_cast<int32_t>(value.integer));
    case CT_GENERATOR: return *reinterpret_cast<at::Generator *>(value.generator);
    case CT_INTS:
        return c10::IValue(at::IntArrayRef(static_cast<const int64_t *>(value.pointer), argument.count));
    case CT_SCALARS: {
        c10::List<std::optional<at::Scalar>> list;
        const auto numbers = static_cast<const double *>(value.pointer);
        for (int64_t i = 0; i < argument.count; i++) list.push_back(at::Scalar(numbers[i]));
        return list;
    }
    case CT_TENSORS: {
        c10::List<at::Tensor> list;
        list.reserve(argument.count);
        const auto handles = static_cast<const CTTensor *>(value.pointer);
        for (int64_t i = 0; i < argument.count; i++) list.push_back(ct::share(handles[i]));
        return list;
    }
    default: TORCH_CHECK(false, "argument tag ", argument.tag, " is unknown");
    }
}

CTValue from_ivalue(c10::IValue value) {
    CTValue result{CT_NONE, 0, {}};
    if (value.isTensor()) {
        result.tag = CT_TENSOR;
        result.value.tensor = ct::give(std::move(value).toTensor());
    } else if (value.isInt()) {
        result.tag = CT_INT;
        result.value.integer = value.toInt();
    } else if (value.isDouble()) {
        result.tag = CT_DOUBLE;
        result.value.real = value.toDouble();
    } else if (value.isBool()) {
        result.tag = CT_BOOL;
        result.value.integer = value.toBool();
    } else if (value.isTensorList()) {
        auto tensors = value.toTensorVector();
        auto handles = static_cast<CTTensor *>(std::malloc(sizeof(CTTensor) * (tensors.size() + 1)));
        TORCH_CHECK(handles, "out of memory for ", tensors.size(), " handles");
        for (size_t i = 0; i < tensors.size(); i++) handles[i] = ct::give(std::move(tensors[i]));
        result.tag = CT_TENSORS;
        result.count = static_cast<int64_t>(tensors.size());
        result.value.pointer = handles;
    } else {
        TORCH_CHECK(value.isNone(), "a result of kind ", value.tagKind(), " is not supported");
    }
    return result;
}

}  // namespace

CT_EXPORT CTOperator ct_operator(const char *name, const char *overload) {
    try {
        auto found = c10::Dispatcher::singleton().findSchema({name, overload});
        if (found) return reinterpret_cast<CTOperator>(new c10::OperatorHandle(*found));
        ct::set_error((std::string("libtorch has no operator ") + name + "." + overload).c_str());
    } catch (const std::exception &error) {
        ct::set_error(error.what());
    }
    return nullptr;
}

CT_EXPORT CTStatus ct_call(
    CTOperator op, const CTValue *arguments, int64_t count, CTValue *results, int64_t capacity) {
    return ct::guarded([&] {
        const auto &handle = *reinterpret_cast<c10::OperatorHandle *>(op);
        const auto &schema = handle.schema();
        const auto &parameters = schema.arguments();
        const auto parameter_count = static_cast<int64_t>(parameters.size());
        TORCH_CHECK(count <= parameter_count, "it takes ", parameter_count, " arguments, not ", count);
        torch::jit::Stack stack;
        stack.reserve(std::max(parameters.size(), schema.returns().size()));
        for (int64_t i = 0; i < parameter_count; i++) {
            if (i < count && arguments[i].tag != CT_DEFAULT) {
                stack.push_back(to_ivalue(arguments[i]));
            } else {
                TORCH_CHECK(parameters[i].default_value(), "it needs argument ", parameters[i].name());
                stack.push_back(*parameters[i].default_value());
            }
        }
        handle.callBoxed(stack);
        const auto filled = std::min<int64_t>(capacity, static_cast<int64_t>(stack.size()));
        for (int64_t i = 0; i < filled; i++) results[i] = from_ivalue(std::move(stack[i]));
    });
}

#endif
