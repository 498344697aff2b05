package import Torch

/// Zero mean and unit variance of each feature over a batch's rows, then scaled and shifted (Ioffe and Szegedy 2015).
///
/// In training the batch's own statistics serve, and a tenth of them goes into the running ones, as in PyTorch. Otherwise
/// the running ones do, which are a part of the model: a row's result is then its own.
package struct BatchNorm: Sendable {
    /// `[width]`.
    package let weight, bias: Tensor
    /// `[width]`: what `ParameterSet` keeps as buffers.
    package let runningMean, runningVariance: Tensor

    private static let momentum = 0.1
    private static let epsilon = 1e-5

    /// Parameters `weight` (ones) and `bias` (zeros), buffers `running_mean` (zeros) and `running_var` (ones).
    package init(_ scope: ParameterScope, width: Int) throws(TorchError) {
        weight = try scope.parameter("weight", [width], .ones)
        bias = try scope.parameter("bias", [width], .zeros)
        runningMean = try scope.buffer("running_mean", [width], .zeros)
        runningVariance = try scope.buffer("running_var", [width], .ones)
    }

    /// float32 `[rows, width]` to the same shape.
    /// - Throws: `TorchError` when a single row is to have statistics of its own.
    package func callAsFunction(_ rows: Tensor, isTraining: Bool) throws(TorchError) -> Tensor {
        guard !isTraining || rows.shape[0] > 1 else {
            throw TorchError(operation: "BatchNorm(\(rows.shape))", reason: "expected several rows in training")
        }
        return try rows.batchNorm(
            weight, bias, runningMean: runningMean, runningVariance: runningVariance,
            momentum: isTraining ? Self.momentum : nil, epsilon: Self.epsilon)
    }
}
