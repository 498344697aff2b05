package import AsCLBase
package import TextEncoding
package import Torch

/// Tasks that a method may set itself to learn from pairs, each with passes of its own.
package enum LearningTask: String, Sendable, CaseIterable {
    /// Whether an image and a text belong together.
    case matching
    /// Words that are masked, from the rest of the text and the image.
    case words
    /// Features of regions that are masked, from the rest of the image and the text.
    case regions
    /// Classes of such regions.
    case classes
    /// All of a method's own at once.
    case together
    /// Which of a batch belong together, the hardest of wrong pairs among them: how a method ranks that has a task for it.
    case ranking
    /// The same of all wrong pairs.
    case everyPair
}

/// Right pairs as the data has them, for tasks.
package struct PairBatch: Sendable {
    /// Raw features.
    package let images: ImageBatch
    /// Raw words; text i belongs to image i.
    package let texts: TextBatch
    /// The image of each pair: equal numbers are one image.
    package let imageOfPair: [Int]
    /// A detector's class of each region, or a tokenizer's token, image after image, where the data says.
    package let classes: [Int]?

    /// Joins them.
    package init(images: ImageBatch, texts: TextBatch, imageOfPair: [Int], classes: [Int]? = nil) {
        (self.images, self.texts, self.imageOfPair, self.classes) = (images, texts, imageOfPair, classes)
    }
}

/// A term of a task's loss.
package struct TaskTerm: Sendable {
    /// In logs.
    package let name: String
    /// A scalar.
    package let value: Tensor
    /// What it weighs in the loss.
    package let weight: Double

    init(_ name: String, _ value: Tensor, weight: Double = 1) {
        (self.name, self.value, self.weight) = (name, value, weight)
    }
}

extension PairScorer {
    /// Most methods learn from scores alone.
    package var tasks: [LearningTask] { [] }

    /// None.
    package func terms(
        of task: LearningTask, on pairs: PairBatch, _ generator: inout SeededGenerator
    ) throws(TorchError) -> [TaskTerm] {
        throw TorchError(
            operation: task.rawValue, reason: "\(modelConfiguration.method.rawValue) sets itself no such task")
    }
}
