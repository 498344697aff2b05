import Torch

/// What a step tells of itself.
struct TrainingStep {
    let loss: Double
    let parts: [(name: String, value: Tensor)]
    /// Before clipping.
    let gradientNorm: Double
    /// The captions of the batch's pairs that were left out, and their share, where such are looked for.
    var dropped: (captions: [Int], share: Double)?

    /// Seconds in which nothing was done but waiting for the other processes' gradients, where there are such.
    var waited: Double?

    /// Everything by name, as the logs have it.
    func figures(_ learningRate: Double, _ temperature: LearnedTemperature?) throws -> [(name: String, value: Double)] {
        var figures = [("loss", loss), ("gradient_norm", gradientNorm), ("learning_rate", learningRate)]
        // Of captions alone the loss says all.
        if parts.map(\.name) != ["captions"] {
            figures += try parts.map { ("loss_" + $0.name, try $0.value.detached().item()) }
        }
        if let dropped { figures.append(("dropped", dropped.share)) }
        if let waited { figures.append(("gradient_wait_seconds", waited)) }
        if let temperature { figures.append(("temperature", try temperature.value())) }
        return figures
    }
}
