package import Torch

/// Adam (Kingma and Ba 2015) with the authors' betas 0.9 and 0.999 and epsilon 1e-8, over groups of parameters that each
/// scale the learning rate by a factor of their own.
package final class Adam {
    /// Parameters that share a learning-rate factor.
    package struct Group {
        let parameters: ParameterSet
        let learningRateFactor: Double

        /// Makes a group.
        package init(_ parameters: ParameterSet, learningRateFactor: Double = 1) {
            self.parameters = parameters
            self.learningRateFactor = learningRateFactor
        }
    }

    private struct Slot {
        let name: String
        let parameter, firstMoment, secondMoment, step: Tensor
    }

    private let groups: [(factor: Double, slots: [Slot])]

    /// An optimizer at rest: all moments zero.
    package init(_ groups: [Group]) throws(TorchError) {
        var made: [(factor: Double, slots: [Slot])] = []
        for group in groups {
            var slots: [Slot] = []
            for (name, parameter) in group.parameters.entries {
                slots.append(
                    Slot(
                        name: name, parameter: parameter, firstMoment: try parameter.detached().zerosLike(),
                        secondMoment: try parameter.detached().zerosLike(),
                        step: try .zeros([], device: parameter.device)))
            }
            made.append((group.learningRateFactor, slots))
        }
        self.groups = made
    }

    /// Clips the norm of all gradients together, updates every parameter that has a gradient, and clears them.
    /// - Returns: The gradients' common norm before clipping, a scalar.
    @discardableResult
    package func step(learningRate: Double, clippingNormTo largest: Double? = nil) throws(TorchError) -> Tensor? {
        try withoutGradients { () throws(TorchError) in
            let active = groups.map { group in
                (group.factor, group.slots.compactMap { slot in slot.parameter.gradient.map { (slot, $0) } })
            }
            let gradients = active.flatMap { $0.1.map(\.1) }
            guard !gradients.isEmpty else { return nil }
            let norm: Tensor? =
                if let largest { try Tensor.clipNorm(gradients, to: largest) } else { nil }
            for (factor, pairs) in active where !pairs.isEmpty {
                try Tensor.adamStep(
                    parameters: pairs.map(\.0.parameter), gradients: pairs.map(\.1),
                    firstMoments: pairs.map(\.0.firstMoment), secondMoments: pairs.map(\.0.secondMoment),
                    steps: pairs.map(\.0.step), learningRate: learningRate * factor, beta1: 0.9, beta2: 0.999,
                    epsilon: 1e-8)
            }
            for (slot, _) in active.flatMap(\.1) { try slot.parameter.clearGradient() }
            return norm
        }
    }

    /// Its state by name: `<parameter>.first_moment`, `.second_moment`, `.step`.
    package var state: [String: Tensor] {
        var tensors: [String: Tensor] = [:]
        for slot in groups.flatMap(\.slots) {
            tensors["\(slot.name).first_moment"] = slot.firstMoment
            tensors["\(slot.name).second_moment"] = slot.secondMoment
            tensors["\(slot.name).step"] = slot.step
        }
        return tensors
    }

    /// Takes up a state that `state` gave.
    /// - Throws: `ParameterError` that lists every missing and misshaped tensor.
    package func restore(_ tensors: [String: Tensor], from origin: String) throws {
        let own = state
        let problems = own.sorted { $0.key < $1.key }.compactMap { name, tensor -> String? in
            guard let found = tensors[name] else { return "\(name): expected \(tensor.shape), found nothing" }
            return found.shape == tensor.shape ? nil : "\(name): expected \(tensor.shape), found \(found.shape)"
        }
        let extra = tensors.keys.filter { own[$0] == nil }.sorted()
        let all = problems + extra.map { "\($0): expected no such tensor, found one" }
        guard all.isEmpty else { throw ParameterError(path: origin, problems: all) }
        try withoutGradients {
            for (name, tensor) in own { if let found = tensors[name] { try tensor.copy(from: found) } }
        }
    }
}

/// The learning rate, multiplied by `factor` after every `everyEpochs` epochs.
package struct StepSchedule: Sendable {
    let initial: Double
    let factor: Double
    let everyEpochs: Int

    /// Makes a schedule; `everyEpochs` is at least one.
    package init(initial: Double, factor: Double, everyEpochs: Int) {
        self.initial = initial
        self.factor = factor
        self.everyEpochs = max(everyEpochs, 1)
    }

    /// The learning rate of an epoch, counted from zero.
    package func learningRate(epoch: Int) -> Double {
        (0..<(epoch / everyEpochs)).reduce(initial) { rate, _ in rate * factor }
    }
}
