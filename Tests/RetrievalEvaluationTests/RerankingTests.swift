import AsCLBase
import Foundation
import RetrievalFixtures
import RetrievalModels
import Testing
import Torch

@testable import RetrievalEvaluation

/// Two models of different fresh parameters: one makes the shortlists, the other orders them anew.
@Suite struct RerankingTests {
    private let data = TinyData(images: 9, captionsPerImage: 2)

    private func evaluators() throws -> (costly: Evaluator, first: Evaluator, folder: ScratchFolder) {
        let folder = try ScratchFolder()
        let split = try data.split(in: folder)
        let encoder = try TinyTextEncoder.load(writingTo: folder.path + "/bert")
        func evaluator(_ seed: UInt64) throws -> Evaluator {
            try Evaluator(RetrievalModel(data.configuration(), textEncoder: encoder, seed: seed), split)
        }
        return (try evaluator(1), try evaluator(2), folder)
    }

    /// S by image and caption.
    private func matrix(_ evaluator: Evaluator) throws -> [[Float]] {
        var matrix = [[Float]](repeating: .init(repeating: 0, count: 18), count: 9)
        try evaluator.score { block, scores in
            for (row, image) in block.images.enumerated() {
                for (column, caption) in block.captions.enumerated() {
                    matrix[image][caption] = scores[row * block.captions.count + column]
                }
            }
        }
        return matrix
    }

    @Test func `a shortlist of all is the full ranking`() throws {
        let (costly, first, _) = try evaluators()
        let reranking = try Reranking(by: costly, of: first, size: 18)
        #expect(try reranking.ranks == costly.ranks())
        #expect(reranking.pairs == 9 * 18 && reranking.allPairs == 9 * 18)
        #expect(reranking.imageToTextBound == 100 && reranking.textToImageBound == 100)
    }

    @Test(arguments: [1, 2, 4])
    func `the best are ordered anew, and the rest stay behind in the first order`(_ size: Int) throws {
        let (costly, first, _) = try evaluators()
        let (fine, coarse) = (try matrix(costly), try matrix(first))
        let reranking = try Reranking(by: costly, of: first, size: size)
        func expected(_ items: Int, _ right: Set<Int>, _ coarse: (Int) -> Float, _ fine: (Int) -> Float) -> Int {
            let order = (0..<items).sorted { coarse($0) > coarse($1) }
            let list = order.prefix(size).sorted { fine($0) > fine($1) } + order.dropFirst(size)
            return 1 + (list.firstIndex(where: right.contains) ?? items)
        }
        let imageToText = (0..<9).map { image in
            expected(18, [2 * image, 2 * image + 1], { coarse[image][$0] }, { fine[image][$0] })
        }
        let textToImage = (0..<18).map { caption in
            expected(9, [caption / 2], { coarse[$0][caption] }, { fine[$0][caption] })
        }
        #expect(reranking.ranks.imageToText == imageToText)
        #expect(reranking.ranks.textToImage == textToImage)
        // Neither model's own ranking, or nothing was told apart.
        #expect(try reranking.ranks != costly.ranks())
        if size > 1 { #expect(try reranking.ranks != first.ranks()) }
        #expect(reranking.pairs < 9 * 18)
    }

    @Test func `what cannot be found is told`() throws {
        let (costly, first, _) = try evaluators()
        let ranks = try first.ranks()
        let reranking = try Reranking(by: costly, of: first, size: 2)
        func bound(_ ranks: [Int?]) -> Double { 100 * Double(ranks.count { ($0 ?? 99) <= 2 }) / Double(ranks.count) }
        #expect(reranking.imageToTextBound == bound(ranks.imageToText))
        #expect(reranking.textToImageBound == bound(ranks.textToImage))
        #expect(reranking.description(of: "x").hasPrefix("by shortlist: the best 2 of x in a new order, "))
        let written = try JSONDecoder().decode([String: Double].self, from: JSONEncoder().encode(reranking))
        #expect(
            written == [
                "size": 2, "pairs": Double(reranking.pairs), "all_pairs": 162,
                "image_to_text_bound": reranking.imageToTextBound, "text_to_image_bound": reranking.textToImageBound,
            ])
    }

    @Test func `a score that is no number is told, and is not the best`() throws {
        let (_, first, _) = try evaluators()
        // AsCL refuses them itself.
        let encoder = first.model.textEncoder
        let configuration = BaselineConfiguration(
            .vse, jointDimension: 16, regionDimension: data.regionDimension, globalDimension: data.globalDimension,
            textDimension: TinyTextEncoder.width, vocabularySize: encoder.tokenizer.vocabularySize)
        let costly = try Evaluator(RetrievalModel(configuration, textEncoder: encoder, seed: 1), first.split)
        try withoutGradients { for (_, tensor) in costly.model.parameters.entries { try tensor.fill(.nan) } }
        let error = try #require(throws: InputError.self) { try Reranking(by: costly, of: first, size: 2) }
        #expect(error.place?.hasPrefix("score of image 0 and caption ") == true)
        #expect(error.expected == "a number" && error.found == "nan")
    }
}
