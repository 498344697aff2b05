import RetrievalData
import RetrievalFixtures
import RetrievalModels
import TextEncoding
import Torch

@testable import RetrievalEvaluation

/// A tiny split and an untrained model that fits it.
struct World {
    let folder: ScratchFolder
    let split: RetrievalSplit
    let model: RetrievalModel

    /// - Parameter split: To use in place of the data's own, with the same features.
    init(
        _ data: TinyData, split: RetrievalSplit? = nil, fusion: Fusion = .sum, maxTokens: Int = 64
    ) throws {
        folder = try ScratchFolder()
        self.split = try split ?? data.split(in: folder)
        var configuration = try data.configuration(fusion: fusion)
        configuration.maxTokens = maxTokens
        model = try RetrievalModel(
            configuration, textEncoder: TinyTextEncoder.load(writingTo: folder.path + "/bert"), seed: 2)
    }

    /// The score matrix `[images, captions]`, put together from its blocks, and the ranks.
    func evaluate(_ evaluator: Evaluator? = nil) throws -> (matrix: [Float], ranks: RetrievalRanks) {
        var evaluator = try evaluator ?? Evaluator(model, split)
        evaluator.block = (128, 640)
        let captions = split.captions.count
        var matrix = [Float](repeating: .nan, count: split.imageCount * captions)
        let ranks = try evaluator.ranks(
            onBlock: { block, scores, _ in
                var next = scores.makeIterator()
                for image in block.images {
                    for caption in block.captions { matrix[image * captions + caption] = next.next() ?? .nan }
                }
            })
        return (matrix, ranks)
    }

    /// S of the images and captions named, row-major.
    func scores(images: [Int], captions: [Int]) throws -> [Float] {
        let tokens = try model.tokenize(captions.map { split.captions[$0] }).map(\.ids)
        return try model.ascl.similarity(
            model.ascl.scorable(model.images(split, images)), model.ascl.scorable(model.encode(tokens))
        ).detached().array()
    }

    /// S of every pair by the plain formulas, each caption encoded by itself.
    func plainScores() throws -> [Float] {
        let images = try model.ascl.project(model.images(split, Array(0..<split.imageCount)))
        let texts = try model.tokenize(split.captions).map { try model.textEncoder.encode([$0.ids]) }
        return try model.ascl.plainScores(images, model.ascl.project(TextBatch.joined(texts)))
            .similarity.detached().array()
    }
}
