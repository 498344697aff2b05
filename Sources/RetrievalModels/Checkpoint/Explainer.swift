import TextEncoding
import Torch

/// A sentence that a model has read, to say of any picture which of its regions the words met.
package struct Explainer: Sendable {
    private let model: RetrievalModel
    private let ascl: AsCLModel
    private let sentence: String
    private let words: [SentenceWord]
    /// The text encoder's, and in the joint space.
    private let raw, joint: TextBatch

    /// Nil where the method does not match regions with words by attention.
    package init?(_ model: RetrievalModel, _ sentence: String) throws {
        guard let ascl = model.attending else { return nil }
        let read = try model.textEncoder.words(of: sentence, maxTokens: model.configuration.maxTokens)
        let raw = try model.encode([read.ids])
        joint = try withoutGradients { try ascl.project(raw) }
        self.raw = raw
        (self.model, self.ascl, self.sentence, words) = (model, ascl, sentence, read.words)
    }

    /// The explanation of the sentence's score with one picture.
    /// - Parameters:
    ///   - image: Raw features of one picture.
    ///   - boxes: Its regions' places.
    package func callAsFunction(_ image: ImageBatch, boxes: [[Float]]?) throws -> Explanation? {
        try withoutGradients {
            guard let matches = try ascl.matches(ascl.project(image), joint.rows) else { return nil }
            return Explanation(
                sentence, score: try score(image, model.scorer), matches, words: words, boxes: boxes)
        }
    }

    private func score(_ image: ImageBatch, _ scorer: some PairScorer) throws -> Float {
        let images = try scorer.scorable(image, in: .fp32)
        return Float(try scorer.similarity(images, scorer.scorable(raw, in: .fp32)).to(.float32).item())
    }
}

extension RetrievalModel {
    /// Whether the model in a checkpoint's folder lets regions and words attend to each other, so that it can be said what met
    /// what: by its configuration, without loading it.
    package static func explains(checkpoint directory: String) throws -> Bool {
        let configuration = try ModelConfigurationFile.read(directory + "/config.json")
        let ascl = configuration as? AsCLConfiguration ?? (configuration as? MixedConfiguration)?.ascl
        return ascl.map { $0.fusion != .none } ?? false
    }

    /// The AsCL that lets regions and words attend to each other, alone or with vectors beside it.
    fileprivate var attending: AsCLModel? {
        let ascl = scorer as? AsCLModel ?? (scorer as? any AsCLInside)?.ascl
        return ascl?.attention == nil ? nil : ascl
    }
}
