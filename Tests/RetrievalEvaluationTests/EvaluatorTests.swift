import Foundation
import RetrievalData
import RetrievalFixtures
import RetrievalModels
import Testing
import TextEncoding
import Torch

@testable import RetrievalEvaluation

@Suite struct EvaluatorTests {
    @Test(arguments: Fusion.allCases)
    func `scores and ranks are those of the whole matrix by the formulas`(_ fusion: Fusion) throws {
        let world = try World(TinyData(images: 11, captionsPerImage: 3), fusion: fusion)
        let (matrix, ranks) = try world.evaluate()
        let plain = try world.plainScores()
        #expect(zip(matrix, plain).allSatisfy { abs($0 - $1) < 2e-6 } && matrix.count == plain.count)
        #expect(ranks == naiveRanks(matrix, world.split.imageOfCaption, images: 11))
    }

    @Test func `ranks over several blocks are those of the matrix`() throws {
        let world = try World(TinyData(images: 131, captionsPerImage: 5))
        let (matrix, ranks) = try world.evaluate()
        #expect(ranks == naiveRanks(matrix, world.split.imageOfCaption, images: 131))
        // The pairs in the last block's corner, against the same images and captions alone.
        let few = try world.scores(images: [129, 130], captions: [653, 654])
        let same = [129, 130].flatMap { matrix[$0 * 655 + 653...$0 * 655 + 654] }
        #expect(zip(few, same).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test func `images may have any number of captions`() throws {
        let folder = try ScratchFolder()
        let data = TinyData(images: 4, captionsPerImage: 2)
        try data.write("features", to: folder)
        try folder.write("a.jpg\nb.jpg\nc.jpg\nd.jpg\n", to: "features_ids.txt")
        let counts = ["b.jpg": 1, "d.jpg": 4, "a.jpg": 2]
        let images = counts.keys.sorted().map { name in
            let sentences = (0..<(counts[name] ?? 0)).map { "{\"raw\": \"\(data.captions[$0 + 2])\"}" }
            return
                "{\"filename\": \"\(name)\", \"split\": \"test\", \"sentences\": [\(sentences.joined(separator: ","))]}"
        }
        try folder.write("{\"images\": [\(images.joined(separator: ","))]}", to: "dataset_tiny.json")
        let world = try World(data, split: Dataset(path: folder.path).split("test"))
        #expect(world.split.imageOfCaption == [0, 0, 1, 2, 2, 2, 2])
        let (matrix, ranks) = try world.evaluate()
        #expect(zip(matrix, try world.plainScores()).allSatisfy { abs($0 - $1) < 2e-6 } && matrix.count == 21)
        #expect(ranks == naiveRanks(matrix, world.split.imageOfCaption, images: 3))
    }

    /// A score that has seen its true partner would find it in noise.
    @Test(arguments: Fusion.allCases)
    func `an untrained model is at chance on random features`(_ fusion: Fusion) throws {
        let world = try World(TinyData(images: 60, captionsPerImage: 5), fusion: fusion)
        let result = try RetrievalResult(world.evaluate().ranks)
        // One hit is expected in 60 images and five in 300 captions; ten times as many at rank 10.
        #expect(result.imageToText.r1 <= 10)
        #expect(result.textToImage.r1 <= 7)
        #expect((5...45).contains(result.imageToText.r10))
        #expect((6...32).contains(result.textToImage.r10))
    }

    @Test func `replacing an image changes no score of any other, not even those of its own captions`() throws {
        let data = TinyData(images: 9, captionsPerImage: 2)
        var changed = data
        changed.redrawn = [4]
        let before = try World(data).evaluate().matrix
        let after = try World(changed).evaluate().matrix
        for image in 0..<9 {
            let differences = (0..<18).map { abs(before[image * 18 + $0] - after[image * 18 + $0]) }
            if image == 4 {
                #expect(differences.contains { $0 > 1e-3 })
            } else {
                #expect(differences.allSatisfy { $0 <= 1e-6 })
            }
        }
    }

    @Test(arguments: Fusion.allCases)
    func `equal images get no credit from captions`(_ fusion: Fusion) throws {
        var data = TinyData(images: 15, captionsPerImage: 2)
        data.imagesAreEqual = true
        let result = try RetrievalResult(World(data, fusion: fusion).evaluate().ranks)
        #expect(result.textToImage.r10 == 0 && result.textToImage.medianRank == 15)
    }

    @Test(arguments: Fusion.allCases)
    func `equal captions get no credit from images`(_ fusion: Fusion) throws {
        var data = TinyData(images: 15, captionsPerImage: 2)
        data.captionsAreEqual = true
        let result = try RetrievalResult(World(data, fusion: fusion).evaluate().ranks)
        // The other captions of an image are no wrong answers.
        #expect(result.imageToText.r10 == 0 && result.imageToText.medianRank == 29)
    }

    @Test func `an encoder that is trained is asked again every time`() throws {
        let world = try World(TinyData(images: 4, captionsPerImage: 2))
        let frozen = try Evaluator(world.model, world.split)
        let trained = try Evaluator(world.model, world.split, encoderIsFrozen: false)
        let before = try world.evaluate(trained).matrix
        #expect(try world.evaluate(frozen).matrix == before)
        for (_, tensor) in world.model.textEncoder.parameters.entries { try tensor.fill(0.5) }
        #expect(try world.evaluate(frozen).matrix == before)
        #expect(try world.evaluate(trained).matrix != before)
    }

    @Test func `progress counts every pair and cut captions are counted`() throws {
        let world = try World(TinyData(images: 131, captionsPerImage: 5), maxTokens: 5)
        var encoded: [Int] = []
        var evaluator = try Evaluator(world.model, world.split) { done, all in
            encoded.append(done)
            #expect(all == 655)
        }
        evaluator.block = (128, 640)
        #expect(encoded.last == 655)
        #expect(evaluator.cutCaptions == world.split.captions.count { $0.split(separator: " ").count > 3 })
        var seen: [Int] = []
        _ = try evaluator.ranks(
            progress: { done, all in
                seen.append(done)
                #expect(all == 131 * 655)
            })
        #expect(seen.last == 131 * 655 && seen == seen.sorted() && seen.count == 4)
    }
}

/// Rank from the definition: one more than the wrong items that score no less than the best right one.
private func naiveRanks(_ matrix: [Float], _ imageOfCaption: [Int], images: Int) -> RetrievalRanks {
    let captions = imageOfCaption.count
    let imageToText = (0..<images).map { image in
        let row = matrix[image * captions..<(image + 1) * captions]
        let scores = zip(row, imageOfCaption)
        let best = scores.filter { $0.1 == image }.map(\.0).max() ?? .nan
        return 1 + scores.count { $0.1 != image && $0.0 >= best }
    }
    let textToImage = (0..<captions).map { caption in
        let own = matrix[imageOfCaption[caption] * captions + caption]
        return (0..<images).count { matrix[$0 * captions + caption] >= own }
    }
    return RetrievalRanks(imageToText: imageToText, textToImage: textToImage)
}
