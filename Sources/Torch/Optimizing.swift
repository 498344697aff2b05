extension Tensor {
    /// One step of Adam for all parameters at once, in place (libtorch's fused kernel).
    ///
    /// `steps` are float scalars, one a parameter, counted up here.
    package static func adamStep(
        parameters: [Tensor], gradients: [Tensor], firstMoments: [Tensor], secondMoments: [Tensor], steps: [Tensor],
        learningRate: Double, beta1: Double, beta2: Double, epsilon: Double
    ) throws(TorchError) {
        try Operators.foreachAddScalarInPlace.run(.tensors(steps), .double(1))
        try Operators.fusedAdamInPlace.run(
            .tensors(parameters), .tensors(gradients), .tensors(firstMoments), .tensors(secondMoments), .tensors([]),
            .tensors(steps), .double(learningRate), .double(beta1), .double(beta2), .double(0),
            .double(epsilon), .bool(false), .bool(false))
    }

    /// Scales all gradients in place so that their common norm is at most `largest`; returns the norm before.
    package static func clipNorm(_ gradients: [Tensor], to largest: Double) throws(TorchError) -> Tensor {
        let norms = try Operators.foreachNorm.list(.tensors(gradients), .double(2))
        let total = try stacked(norms).norm(0)
        let scale = try (full([], largest, device: total.device) / (total + 1e-6))
        let atMostOne = try -((-scale).clamped(min: -1))
        try Operators.foreachMultiplyInPlace.run(.tensors(gradients), .tensor(atMostOne))
        return total
    }

    /// Moves every tensor by the share `weight` of the way to its target, in place.
    package static func interpolate(_ tensors: [Tensor], to targets: [Tensor], by weight: Double) throws(TorchError) {
        try Operators.foreachInterpolateInPlace.run(.tensors(tensors), .tensors(targets), .double(weight))
    }
}
