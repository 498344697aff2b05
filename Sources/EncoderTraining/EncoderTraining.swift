package import AsCLBase
import Foundation
import ImageEncoding
package import PretrainedEncoders
import PretrainedFolders
import RetrievalData
import RetrievalEvaluation
import RetrievalModels
package import RetrievalTraining
import TextEncoding
import Torch
import TorchNN

/// Trains a small CLIP from scratch on pictures and captions (Radford et al. 2021) and leaves it as a folder that
/// `transformers` reads.
///
/// Each step looks at different pictures, each with several of its captions, so that no caption of a picture counts as
/// wrong for it. The folder appears once the last epoch is over, with the weights of the epoch that did best on the
/// validation pictures. Equal seed, data and thread count give equal bytes.
package final class EncoderTraining {
    /// The model as it is now.
    package let model: PretrainedEncoders.DualEncoder
    private let recipe: EncoderRecipe
    private let folder: PartialFolder
    private let read: (CaptionedPictures) throws -> EncoderInputs
    private let train, validation: EncoderInputs
    private let sampler: PairSampler
    private let seed: UInt64

    /// CLIP's own number of places for tokens, which no caption goes beyond.
    private static let mostTokens = 77
    /// Tells this generator's stream apart from those that others draw from the same seed.
    private static let purpose: UInt64 = 0x636C_6970

    /// Learns the vocabulary, reads all pictures and begins the folder under a name that is not its own yet.
    /// - Throws: `InputError` as `check` does, and where a picture cannot be read.
    package init(
        _ recipe: EncoderRecipe, train: CaptionedPictures, validation: CaptionedPictures, output: String,
        overwrite: Bool = false
    ) throws {
        try Self.check(output, overwrite: overwrite)
        (self.recipe, seed) = (recipe, UInt64(recipe.training.seed))
        folder = try PartialFolder(output)
        let vocabulary = BytePairVocabulary(
            learntFrom: train.captions.flatMap(\.self), mostMerges: recipe.mostMerges)
        try vocabulary.write(to: folder.partial, maxTokens: Self.mostTokens)
        // From here on by the files, as whoever uses the folder will.
        let tokenizer = try TokenizerFolder.tokenizer(directory: folder.partial)
        let lengths = try train.captions.joined().map { try tokenizer.encode($0, maxTokens: Self.mostTokens).ids.count }
        // A place that no caption came to would have learnt nothing.
        let positionCount = lengths.max() ?? Self.mostTokens
        try EncoderFiles(recipe: recipe, vocabulary: vocabulary, positionCount: positionCount).write(to: folder.partial)
        let transform = try PictureTransform(directory: folder.partial)
        read = { try EncoderInputs($0, transform, tokenizer, maxTokens: positionCount) }
        (self.train, self.validation) = (try read(train), try read(validation))
        sampler = PairSampler(pairCount: train.paths.count, batchSize: recipe.training.batchSize, seed: seed)
        model = try PretrainedEncoders.DualEncoder(untrained: PretrainedFolder(directory: folder.partial), seed: seed)
    }

    /// Reads other pictures and captions as the encoder takes them.
    /// - Throws: `InputError` naming a picture that cannot be read.
    package func inputs(_ data: CaptionedPictures) throws -> EncoderInputs { try read(data) }

    /// Throws where the output folder cannot be written or holds something: to know before long work.
    /// - Parameter overwrite: Whether it may hold an encoder, which is then replaced; never anything besides.
    package static func check(_ output: String, overwrite: Bool) throws(InputError) {
        try Folder.expectPlace(for: output)
        let content = (try? FileManager.default.contentsOfDirectory(atPath: output)) ?? []
        guard let other = content.filter({ !overwrite || !EncoderFiles.names.contains($0) }).min() else { return }
        let way = overwrite ? "nothing but an encoder" : "nothing in it (or --overwrite)"
        throw InputError(path: output, place: "output folder", expected: way, found: other)
    }

    /// Trains to the end, or until it is asked to stop; then nothing is left behind.
    /// - Parameters:
    ///   - isStopping: Asked after every step.
    ///   - onEvent: Is told what happens, on this thread.
    package func run(
        isStopping: () -> Bool = { false }, onEvent: (TrainingEvent) -> Void = { _ in }
    ) throws -> TrainingOutcome {
        let epochs = recipe.training.epochs
        let schedule = LearningRateSchedule(recipe.training, stepsPerEpoch: sampler.stepsPerEpoch)
        try model.parameters.setRequiresGradient(true)
        let optimizer = try Adam([Adam.Group(model.parameters)])
        var (step, best) = (0, (rsum: -1.0, epoch: 0))
        onEvent(.began(steps: sampler.stepsPerEpoch * epochs, done: 0, bestRsum: nil))
        defer { onEvent(.ended) }
        for epoch in 1...epochs {
            for batch in sampler.batches(epoch: epoch - 1) {
                let (loss, pairs) = try gradients(batch, step)
                try optimizer.step(
                    learningRate: schedule.learningRate(step: step), clippingNormTo: recipe.training.gradientClip)
                try model.limitScale()
                step += 1
                onEvent(.step(step, pairs: pairs, loss: loss))
                if isStopping() { return .stopped }
            }
            let result = try validation.result(model)
            onEvent(.validated(result, epoch: epoch))
            if result.rsum > best.rsum {
                best = (result.rsum, epoch)
                try model.saveWeights()
            }
        }
        try folder.finish()
        return .finished(bestRsum: best.rsum, epoch: best.epoch)
    }

    /// Adds up the gradients of a batch of pictures; returns its loss and its number of right pairs.
    private func gradients(_ batch: [Int], _ step: Int) throws -> (loss: Double, pairs: Int) {
        var generator = SeededGenerator(seed: seed, stream: Self.purpose, UInt64(step))
        let pixels = try batch.map { try train.pixels[$0].shifted(byAtMost: recipe.mostShift, &generator) }
        let drawn = batch.map { image in
            var captions = train.tokens[image]
            generator.shuffle(&captions)
            return captions
        }
        let rounds = min(recipe.captionsPerPicture, drawn.map(\.count).max() ?? 0)
        // A picture with fewer captions says one again.
        let texts = (0..<rounds).flatMap { round in drawn.map { $0[round % $0.count] } }
        let logits = try model.logits(
            pictures: model.picture.vectors(.concatenated(pixels)), texts: model.text.vectors(texts, training: true))
        var losses: [Tensor] = []
        for round in 0..<rounds {
            let scores = try logits.sliced(1, round * batch.count..<(round + 1) * batch.count)
            losses.append(try RetrievalLoss.contrastive(scores, temperature: 1).reshaped([1]))
        }
        let loss = try Tensor.concatenated(losses).mean()
        try loss.backward()
        return (Double(try loss.detached().item()), texts.count)
    }
}

extension Tensor {
    /// Pictures `[pictures, 3, height, width]` moved by so many pixels at most along both axes; what comes in repeats the
    /// border.
    fileprivate func shifted(byAtMost most: Int, _ generator: inout SeededGenerator) throws(TorchError) -> Tensor {
        var result = self
        for dimension in [2, 3] where most > 0 {
            let (size, shift) = (shape[dimension], generator.below(2 * most + 1) - most)
            let places = (0..<size).map { min(max($0 + shift, 0), size - 1) }
            result = try result.indexSelect(Tensor(places, shape: [size]), dimension: dimension)
        }
        return result
    }
}
