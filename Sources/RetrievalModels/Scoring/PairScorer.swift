package import AsCLBase
package import TextEncoding
package import Torch

/// A method that scores images against texts: AsCL, or one of its baselines.
///
/// Training, evaluation and experiments know methods by this alone. What belongs to one image or one text is computed once,
/// by `scorable`, and may meet any number of partners; `similarity` then computes every score from its pair alone.
package protocol PairScorer: Sendable {
    /// What scores need of images alone.
    associatedtype Images: Sendable
    /// What scores need of texts alone.
    associatedtype Texts: Sendable

    /// Its shape and settings, `config.json` of a checkpoint.
    var modelConfiguration: any ModelConfiguration { get }

    /// The same method while it learns. A method that treats a batch as one then, as batch normalisation does, gives
    /// another form of itself on the same parameters; all else, evaluation first of all, takes the method as it is.
    var whileTraining: Self { get }

    /// The same method in an epoch of its training, from 0, for one that treats the first otherwise than the last.
    func inEpoch(_ epoch: Int) -> Self

    /// Raw features `[images, regions, R]` and `[images, G]`, ready to be scored.
    func scorable(_ images: ImageBatch, in precision: Precision) throws(TorchError) -> Images

    /// Raw words `[words, B]` to joint ones `[words, D]`: where noise of level `words` acts.
    func project(_ texts: TextBatch) throws(TorchError) -> TextBatch

    /// Joint words `[words, D]`, ready to be scored.
    func scorable(projected texts: TextBatch, in precision: Precision) throws(TorchError) -> Texts

    /// S `[images, texts]`: every pair from that pair alone.
    func similarity(_ images: Images, _ texts: Texts) throws(TorchError) -> Tensor

    /// What a batch of images and of texts, whose first are the images' own in their order, gives the loss.
    func learning(_ images: Images, _ texts: Texts) throws(TorchError) -> LearningScores

    /// The tasks that it can learn by besides telling right pairs from wrong ones.
    var tasks: [LearningTask] { get }

    /// What the loss of one of its tasks is made of, on right pairs; all chance is the generator's, dropout's aside.
    func terms(
        of task: LearningTask, on pairs: PairBatch, _ generator: inout SeededGenerator
    ) throws(TorchError) -> [TaskTerm]

    /// Images one batch after the other.
    static func joined(_ batches: [Images]) throws(TorchError) -> Images

    /// Images x texts to score at once, of so many regions and words each, where `images` and `texts` are to be scored.
    func blockSize(
        images: Int, texts: Int, regions: Int, words: Int, on device: Device, in precision: Precision
    ) -> (images: Int, texts: Int)

    /// About how much memory an image of so many regions takes once it is scorable, in bytes.
    func scorableBytes(regions: Int, in precision: Precision) -> Int

    /// Whether products may be computed in this precision on this device.
    func supports(_ precision: Precision, on device: Device) -> Bool
}

extension PairScorer {
    /// Most methods are the same in training.
    package var whileTraining: Self { self }

    /// Most methods learn alike in every epoch.
    package func inEpoch(_ epoch: Int) -> Self { self }

    /// Raw words `[words, B]`, ready to be scored.
    package func scorable(_ texts: TextBatch, in precision: Precision) throws(TorchError) -> Texts {
        try scorable(projected: project(texts), in: precision)
    }

    /// Most methods learn from their scores alone.
    package func learning(_ images: Images, _ texts: Texts) throws(TorchError) -> LearningScores {
        try LearningScores(scores: [similarity(images, texts)])
    }

    /// What methods made of libtorch's operators stand.
    package func blockSize(
        images: Int, texts: Int, regions: Int, words: Int, on device: Device, in precision: Precision
    ) -> (images: Int, texts: Int) {
        device == .cpu ? (128, 640) : (512, 2560)
    }

    /// No more than the raw features in float32 is what most methods keep.
    package func scorableBytes(regions: Int, in precision: Precision) -> Int {
        let raw = modelConfiguration
        return 4 * (regions * raw.regionDimension + raw.globalDimension)
    }

    /// What libtorch's operators compute in.
    package func supports(_ precision: Precision, on device: Device) -> Bool { precision != .int16 }
}
