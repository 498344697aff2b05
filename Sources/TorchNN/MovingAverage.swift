package import Torch

/// An exponential moving average of parameters: a <- d a + (1 - d) p after every step, beginning with the parameters after
/// the first one, as in PyTorch's `AveragedModel`.
package final class MovingAverage {
    private let parameters: ParameterSet
    private let decay: Double
    /// The average by name; before the first step the parameters as they were.
    package let values: ParameterSet

    /// An average of which nothing is known yet.
    /// - Parameter decay: d, in [0, 1).
    package init(_ parameters: ParameterSet, decay: Double) throws(TorchError) {
        self.parameters = parameters
        self.decay = decay
        var copies: [(name: String, tensor: Tensor)] = []
        for (name, tensor) in parameters.entries { copies.append((name, try tensor.detached().cloned())) }
        values = ParameterSet(copies)
    }

    /// Takes the parameters in, after a step.
    /// - Parameter isFirst: Whether there was none before.
    package func update(isFirst: Bool) throws(TorchError) {
        try withoutGradients { () throws(TorchError) in
            try Tensor.interpolate(
                values.entries.map(\.tensor), to: parameters.entries.map(\.tensor), by: isFirst ? 1 : 1 - decay)
        }
    }

    /// Runs `body` with the average in the parameters' place.
    package func inPlace<Result>(_ body: () throws -> Result) throws -> Result {
        var own: [Tensor] = []
        for (_, tensor) in parameters.entries { own.append(try tensor.detached().cloned()) }
        try put(values.entries.map(\.tensor))
        let result = Swift.Result { try body() }
        try put(own)
        return try result.get()
    }

    private func put(_ tensors: [Tensor]) throws(TorchError) {
        try withoutGradients { () throws(TorchError) in
            for (entry, tensor) in zip(parameters.entries, tensors) { try entry.tensor.copy(from: tensor) }
        }
    }
}
