package import AsCLBase
import TextEncoding
package import Torch

/// A method of two vectors that learns from keys, which a slower copy of itself makes.
package protocol MomentumLearner: PairScorer where Images == Tensor, Texts == Tensor {
    /// Values of a vector.
    var keyWidth: Int { get }

    /// Whether its tasks need keys too.
    var pretrainsWithKeys: Bool { get }

    /// Whether vectors are made of a parameter; others need no copy.
    func makesKeys(of parameter: String) -> Bool

    /// What the loss is made of, on right pairs.
    /// - Parameters:
    ///   - keys: Those of the pairs.
    ///   - queue: Of earlier ones, where they take part.
    ///   - isPretraining: Whether the method's own tasks are part of it.
    func terms(
        on pairs: PairBatch, _ keys: PairKeys, _ queue: PairQueue?, isPretraining: Bool,
        _ generator: inout SeededGenerator
    ) throws(TorchError) -> [TaskTerm]
}

extension MomentumLearner {
    /// Keys `[pairs, D]` of right pairs, as the method scores them.
    func keys(of pairs: PairBatch) throws(TorchError) -> PairKeys {
        try withoutGradients { () throws(TorchError) in
            try PairKeys(
                images: scorable(pairs.images, in: .fp32), texts: scorable(pairs.texts, in: .fp32),
                owners: pairs.imageOfPair)
        }
    }
}

extension PairBatch {
    /// Some of the pairs, in the order given.
    package func selecting(_ pairs: [Int]) throws(TorchError) -> PairBatch {
        let classes = classes.map { classes in
            let regions = classes.count / images.count
            return pairs.flatMap { classes[$0 * regions..<($0 + 1) * regions] }
        }
        return try PairBatch(
            images: images.selecting(pairs), texts: texts.selecting(pairs), imageOfPair: pairs.map { imageOfPair[$0] },
            classes: classes)
    }
}
