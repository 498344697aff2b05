import Foundation
import Torch
import TorchNN

/// The contrastive loss's temperature tau as a parameter: log(1 / tau), as in CLIP (Radford et al. 2021), held to CLIP's
/// scales of 1 to 100. No score depends on it, so that a checkpoint's model does not have it.
package struct LearnedTemperature {
    /// log(1 / tau), a scalar.
    private let logScale: Tensor

    /// A temperature that begins at `initial`.
    init(_ initial: Double, device: Device) throws(TorchError) {
        logScale = try .full([], -log(initial), device: device)
        try logScale.setRequiresGradient(true)
    }

    /// The parameter by its name.
    var parameters: ParameterSet { ParameterSet([("loss.log_scale", logScale)]) }

    /// 1 / tau, differentiable.
    func scale() throws(TorchError) -> Tensor { try logScale.exp() }

    /// tau as it is now.
    func value() throws(TorchError) -> Double { exp(-(try logScale.detached().item())) }

    /// Holds it to its range, after a step.
    func clamp() throws(TorchError) {
        let most = -log(TrainingConfiguration.learntTemperatures.lowerBound)
        try withoutGradients { () throws(TorchError) in
            try logScale.copy(from: (-((-logScale).clamped(min: -most))).clamped(min: 0))
        }
    }
}
