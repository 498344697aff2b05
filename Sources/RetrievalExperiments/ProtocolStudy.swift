import AsCLBase
import Foundation
import RetrievalData
package import RetrievalEvaluation
import RetrievalModels
import TextEncoding
import Torch

/// What an evaluation gains that keeps vectors which have attended to the true partner (docs/method.md, Score and Known
/// oddities of the paper).
///
/// This is the one place where such scores are computed. They are no retrieval: a caption's partner is what a user wants to
/// find, and nobody has it beforehand.
package struct ProtocolStudy: Codable, Sendable {
    /// One way of scoring and what it comes to.
    package struct Row: Codable, Sendable {
        /// How it scores.
        package let scoring: Scoring
        /// Whether the images' features are noise.
        package let randomFeatures: Bool
        /// What it comes to.
        package let result: RetrievalResult

        enum CodingKeys: String, CodingKey {
            case scoring, result
            case randomFeatures = "random_features"
        }
    }

    /// The ways of scoring.
    package enum Scoring: String, Codable, Sendable, CaseIterable {
        /// S, every pair from that pair alone.
        case honest
        /// S_global alone, every pair from that pair alone.
        case honestGlobal = "honest_global"
        /// Leaky: V_g of the image and W_g of the caption, each kept from its matched pair.
        case keptGlobals = "kept_globals"
        /// Leaky: the vector that the image's regions gathered from their own caption's words, kept as the image's.
        case keptAttended = "kept_attended"
        /// Control: the same, but kept from pairs with a partner drawn at random.
        case randomPartner = "random_partner"
    }

    /// Every way of scoring on the data's features, then on noise.
    package let rows: [Row]

    /// Scores an evaluation's images and captions.
    /// - Parameter progress: Called with the rows done and their number.
    init(
        _ evaluator: Evaluator, progress: (Int, Int) -> Void
    ) throws {
        let (model, split, truth) = (evaluator.model, evaluator.split, evaluator.truth)
        let ascl = try model.ascl
        let total = 2 * Scoring.allCases.count
        var rows: [Row] = []
        for randomFeatures in [false, true] {
            let noise = try randomFeatures ? Self.noise(like: split, model) : nil
            func images(_ indices: [Int]) throws -> ImageBatch {
                guard let noise else { return try model.images(split, indices) }
                let places = try Tensor(indices, shape: [indices.count])
                return try ImageBatch(
                    regions: noise.regions.indexSelect(places).to(device: model.device),
                    globals: noise.globals.indexSelect(places).to(device: model.device))
            }
            for scoring in Scoring.allCases {
                let ranks = try withoutGradients {
                    switch scoring {
                    case .honest: try Self.honest(ascl, split, truth, images, evaluator.texts)
                    case .honestGlobal:
                        try Self.honest(ascl.weighingLocal(0), split, truth, images, evaluator.texts)
                    case .keptGlobals, .keptAttended, .randomPartner:
                        try Self.leaky(ascl, scoring, split, truth, images, evaluator.texts)
                    }
                }
                rows.append(Row(scoring: scoring, randomFeatures: randomFeatures, result: try RetrievalResult(ranks)))
                progress(rows.count, total)
            }
        }
        self.rows = rows
    }

    /// Normal noise of the features' shape and of the first images' root mean square.
    private static func noise(like split: RetrievalSplit, _ model: RetrievalModel) throws -> ImageBatch {
        let sample = try model.images(split, Array(0..<min(64, split.imageCount)))
        let generator = try Generator(seed: 0)
        func noise(_ like: Tensor) throws -> Tensor {
            let size = try (like * like).mean().sqrt().item()
            return try Tensor.normal([split.imageCount] + like.shape.dropFirst(), generator: generator) * size
        }
        return try ImageBatch(regions: noise(sample.regions), globals: noise(sample.globals))
    }

    private static func honest(
        _ ascl: AsCLModel, _ split: RetrievalSplit, _ truth: GroundTruth, _ images: ([Int]) throws -> ImageBatch,
        _ words: (Range<Int>) throws -> TextBatch
    ) throws -> RetrievalRanks {
        var ranks = RankAccumulator(truth: truth)
        for block in truth.blocks(images: 256, captions: 1024) {
            let prepared = try ascl.scorable(images(Array(block.images)))
            let scores = try ascl.similarity(prepared, ascl.scorable(words(block.captions)))
            try ranks.add(scores.to(.float32).array(), block: block)
        }
        return try ranks.ranks()
    }

    /// LEAKY. Each image keeps what it made of its first caption, each caption what it made of its image (or both of a
    /// partner drawn at random), and kept vectors are compared across pairs.
    private static func leaky(
        _ ascl: AsCLModel, _ scoring: Scoring, _ split: RetrievalSplit, _ truth: GroundTruth,
        _ images: ([Int]) throws -> ImageBatch, _ words: (Range<Int>) throws -> TextBatch
    ) throws -> RetrievalRanks {
        var generator = SeededGenerator(seed: 0, stream: 7)
        let random = scoring == .randomPartner
        func another(_ own: Int, of count: Int) -> Int {
            guard count > 1 else { return own }
            let drawn = generator.below(count - 1)
            return drawn >= own ? drawn + 1 : drawn
        }
        // Any caption of the image drawn for an image, so that none is its own.
        let captionOfImage = (0..<split.imageCount).map { image in
            split.captionsOfImage[random ? another(image, of: split.imageCount) : image][0]
        }
        let imageOfCaption = split.imageOfCaption.map { random ? another($0, of: split.imageCount) : $0 }
        func vectors(_ pairs: [(image: Int, caption: Int)]) throws -> (images: Tensor, texts: Tensor) {
            var parts: [(images: Tensor, texts: Tensor)] = []
            for start in stride(from: 0, to: pairs.count, by: 64) {
                let part = pairs[start..<min(start + 64, pairs.count)]
                let texts = try TextBatch.joined(part.map { try words($0.caption..<$0.caption + 1) })
                parts.append(
                    try ascl.globalVectors(ofPairs: ascl.project(images(part.map(\.image))), ascl.project(texts)))
            }
            return (try .concatenated(parts.map(\.images)), try .concatenated(parts.map(\.texts)))
        }
        let ofImages = try vectors(captionOfImage.enumerated().map { ($0.offset, $0.element) })
        let ofCaptions = try vectors(imageOfCaption.enumerated().map { ($0.element, $0.offset) })
        // W_g is gathered by the regions: kept as the image's, it is the caption itself in other words.
        let kept = scoring == .keptGlobals ? ofImages.images : ofImages.texts
        let scores = try kept.normalized(-1).matmul(ofCaptions.texts.normalized(-1).transposed())
        var ranks = RankAccumulator(truth: truth)
        for block in truth.blocks(images: 256, captions: 1024) {
            let part = try scores.sliced(0, block.images).sliced(1, block.captions).contiguous()
            try ranks.add(part.to(.float32).array(), block: block)
        }
        return try ranks.ranks()
    }
}
