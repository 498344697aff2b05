package import RetrievalModels
package import TextEncoding
package import Torch

/// The loss of images against their captions and the samples generated from these (docs/method.md, Loss).
package struct TrainingLoss {
    /// L and what it is made of.
    package struct Value {
        /// L, a scalar.
        package let sum: Tensor
        /// Its parts by name, unweighted scalars.
        let parts: [(name: String, value: Tensor)]
        /// The keys of a step's pairs, where it compared with keys, and the pairs that were learned from.
        var keys: (all: PairKeys, kept: [Int])?
        /// Seconds between the end of the backward pass and the last sum of all processes' gradients.
        var waited: Double?

        init(sum: Tensor, parts: [(name: String, value: Tensor)]) { (self.sum, self.parts) = (sum, parts) }

        /// Terms by their weights.
        init(_ terms: [TaskTerm]) throws(TorchError) {
            var sum: Tensor?
            for term in terms {
                let weighted = term.weight == 1 ? term.value : try term.value * term.weight
                sum = try sum.map { sum throws(TorchError) in try sum + weighted } ?? weighted
            }
            guard let sum else { throw TorchError(operation: "loss", reason: "no terms") }
            self.init(sum: sum, parts: terms.map { ($0.name, $0.value) })
        }

        /// All of it times a weight.
        fileprivate func weighed(_ weight: Double) throws -> Value {
            Value(sum: try sum * weight, parts: try parts.map { ($0.name, try $0.value * weight) })
        }
    }

    private let loss: TrainingConfiguration.LossSection
    private let precision: Precision
    private let temperature: LearnedTemperature?
    private let negatives: RetrievalLoss.Negatives

    /// - Parameters:
    ///   - epoch: From 0; the triplet loss begins with all negatives for `loss.warmup_epochs`.
    ///   - temperature: The temperature where it is learnt; the configuration's otherwise.
    package init(_ configuration: TrainingConfiguration, epoch: Int, temperature: LearnedTemperature? = nil) {
        (loss, precision) = (configuration.loss, configuration.training.precision)
        self.temperature = temperature
        negatives = configuration.isWarmUp(epoch: epoch) ? .all : .hardest
    }

    /// L of N images and N texts a set.
    /// - Parameters:
    ///   - images: Features as the data has them.
    ///   - texts: Projected words of T and, as the configuration asks, of T-, T+ and T+'s negatives, in this order. Text i
    ///     of each set belongs to image i.
    ///   - excluded: `[N, N]`, true where image and text of different pairs are no wrong pair.
    ///   - lesson: `[N, N]`, a teacher's scores of T.
    ///   - share: The pairs whose texts these are; all where it is left out.
    package func callAsFunction(
        _ images: ImageBatch, _ texts: [TextBatch], _ scorer: some PairScorer, excluded: Tensor? = nil,
        lesson: Tensor? = nil, share: BatchShare? = nil
    ) throws -> Value {
        let share = share ?? BatchShare(of: [Int](repeating: 1, count: images.count), in: nil)
        let images = try scorer.scorable(images, in: precision)
        // One product with all sets of texts: the images' side is then computed once.
        let all = try scorer.scorable(projected: .joined(texts), in: precision)
        let learning = try scorer.learning(images, all)
        let penalty = loss.sparsity > 0 ? learning.sparsity : nil
        var values: [Value] = []
        for part in learning.parts {
            let sets = try share.whole(part.scores.to(.float32), sets: texts.count)
            func own(_ table: Tensor) throws -> Tensor {
                try part.pairs.map { try table.selecting(pairs: $0) } ?? table
            }
            // What is of the vectors and not of scores counts once.
            let value = try callAsFunction(
                of: sets.map(own), excluded: excluded.map(own), lesson: lesson.map(own),
                penalty: values.isEmpty ? penalty : nil)
            values.append(part.weight == 1 ? value : try value.weighed(part.weight))
        }
        return try Self.sum(values, learning.regularization)
    }

    /// The losses of parts that learn apart together, and what is added to them.
    private static func sum(_ values: [Value], _ extra: (name: String, value: Tensor)?) throws -> Value {
        guard var sum = values.first else { throw TorchError(operation: "loss", reason: "no scores") }
        for value in values.dropFirst() {
            sum = try Value(
                sum: sum.sum + value.sum, parts: zip(sum.parts, value.parts).map { ($0.name, try $0.value + $1.value) })
        }
        guard let extra else { return sum }
        return try Value(sum: sum.sum + extra.value, parts: sum.parts + [extra])
    }

    /// L of scores.
    /// - Parameters:
    ///   - scores: `[N, N]` of T and, as the configuration asks, of T-, T+ and T+'s negatives, in this order.
    ///   - penalty: What the method's vectors cost.
    func callAsFunction(
        of scores: [Tensor], excluded: Tensor?, lesson: Tensor?, penalty: Tensor? = nil
    ) throws -> Value {
        var parts: [(name: String, value: Tensor)] = []
        var extras: [Tensor] = []
        if let penalty {
            parts.append(("sparsity", penalty))
            extras.append(try penalty * loss.sparsity)
        }
        if let lesson {
            let missed = try DistillationLoss.divergence(
                scores[0], from: lesson, temperatures: (loss.temperature, loss.temperature), excluded: excluded)
            parts.append(("distillation", missed))
            extras.append(try missed * loss.distillation)
        }
        let terms = try terms(of: scores, excluded)
        let sum = terms.count == 1 ? terms[0].value : try (terms[0].value + terms[1].value) * 0.5
        // In this order: another one rounds otherwise, and runs would no longer repeat to the digit.
        let whole = try extras.first.map { try sum + extras.dropFirst().reduce($0) { try $0 + $1 } } ?? sum
        return Value(sum: whole, parts: terms + parts)
    }

    /// L_I and L_II&III, or the triplet loss.
    private func terms(of scores: [Tensor], _ excluded: Tensor?) throws -> [(name: String, value: Tensor)] {
        if loss.kind == .triplet {
            let loss = try RetrievalLoss.triplet(
                scores[0], margin: loss.margin, over: negatives, reduction: loss.reduction, excluded: excluded)
            return [("captions", loss)]
        }
        func contrastive(_ first: Int) throws -> Tensor {
            let negatives = loss.negatives ? scores[first + 1] : nil
            guard let temperature else {
                return try RetrievalLoss.contrastive(
                    scores[first], negatives: negatives, temperature: loss.temperature, excluded: excluded)
            }
            // A scale above zero changes no comparison of scores.
            let scale = try temperature.scale()
            return try RetrievalLoss.contrastive(
                scores[first] * scale, negatives: negatives.map { try $0 * scale }, temperature: 1, excluded: excluded)
        }
        let captions = ("captions", try contrastive(0))
        guard loss.positives else { return [captions] }
        return [captions, ("positives", try contrastive(loss.negatives ? 2 : 1))]
    }
}

extension Tensor {
    /// Of a table of all pairs `[N, N]` that of some.
    fileprivate func selecting(pairs: [Int]) throws -> Tensor {
        let places = try Tensor(pairs, shape: [pairs.count]).to(device: device)
        return try indexSelect(places).indexSelect(places, dimension: 1)
    }
}
