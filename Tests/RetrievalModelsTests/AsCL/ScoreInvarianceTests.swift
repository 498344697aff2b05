import AsCLBase
import RetrievalData
import RetrievalFixtures
import Testing
import TextEncoding
import Torch

@testable import RetrievalModels

/// Every score is computed from its pair alone, and from a text's words as a set.
@Suite struct ScoreInvarianceTests {
    static let fusions = Fusion.allCases

    @Test(arguments: ScoreForm.allCases, fusions)
    func `a score does not depend on the other texts and images`(
        _ form: ScoreForm, _ fusion: Fusion
    ) throws {
        let given = RandomCase(fusion: fusion, imageCount: 4, lengths: [4, 1, 7, 2, 9])
        let model = try given.model().ascl
        let (images, texts) = (try given.images(), try given.texts())
        let all = try form.similarity(model, images, texts).detached().array(Float.self)
        for image in 0..<4 {
            for text in 0..<5 {
                let pair = try form.similarity(
                    model, images.selecting([image]), texts.selecting([text])
                ).item()
                #expect(abs(Float(pair) - all[image * 5 + text]) <= 1e-6)
            }
        }
        let order = [3, 0]
        let few = try form.similarity(model, images.selecting([2, 1]), texts.selecting(order)).detached().array(
            Float.self)
        #expect(largestDifference(few, [all[2 * 5 + 3], all[2 * 5], all[5 + 3], all[5]]) <= 1e-6)
    }

    @Test(arguments: ScoreForm.allCases, fusions)
    func `replacing a text's own image changes only that image's scores`(
        _ form: ScoreForm, _ fusion: Fusion
    ) throws {
        let given = RandomCase(fusion: fusion, imageCount: 4, lengths: [4, 1, 7, 2])
        let model = try given.model().ascl
        let (images, texts) = (try given.images(), try given.texts())
        let others = try given.images(seed: 99)
        let replaced = try ImageBatch(
            regions: .concatenated([images.regions.sliced(0, 0..<3), others.regions.sliced(0, 3..<4)]),
            globals: .concatenated([images.globals.sliced(0, 0..<3), others.globals.sliced(0, 3..<4)]))
        let before = try form.similarity(model, images, texts)
        let after = try form.similarity(model, replaced, texts)
        #expect(try largestDifference(before.sliced(0, 0..<3), after.sliced(0, 0..<3)) <= 1e-6)
        #expect(try largestDifference(before.sliced(0, 3..<4), after.sliced(0, 3..<4)) > 1e-3)
    }

    @Test(arguments: ScoreForm.allCases, fusions)
    func `the order of word vectors cannot change a score`(
        _ form: ScoreForm, _ fusion: Fusion
    ) throws {
        let given = RandomCase(fusion: fusion, lengths: [6, 3])
        let model = try given.model().ascl
        let (images, texts) = (try given.images(), try given.texts())
        let order = try Tensor([5, 2, 0, 4, 1, 3, 8, 6, 7], shape: [9])
        let reordered = try texts.replacingRows(texts.rows.indexSelect(order))
        #expect(
            try largestDifference(
                form.similarity(model, images, texts), form.similarity(model, images, reordered)) <= 2e-6)
    }

    @Test func `the order of tokens does change the scores, since the text encoder sees it`() throws {
        let folder = try ScratchFolder()
        let data = TinyData(images: 3, captionsPerImage: 1)
        let model = try RetrievalModel(
            data.configuration(), textEncoder: TinyTextEncoder.load(writingTo: folder.path + "/bert"), seed: 1)
        let images = try model.ascl.scorable(model.images(data.split(in: folder), [0, 1, 2]))
        func scores(_ tokens: [Int32]) throws -> Tensor {
            try model.ascl.similarity(images, model.ascl.scorable(model.encode([tokens])))
        }
        let tokens = try model.tokenize(["the red dog runs under a tree"])[0].ids
        var generator = SeededGenerator(seed: 4)
        let shuffled = AsymmetryNoise.shuffled(tokens, &generator)
        #expect(shuffled != tokens)
        #expect(try largestDifference(scores(tokens), scores(tokens)) == 0)
        #expect(try largestDifference(scores(tokens), scores(shuffled)) > 1e-4)
    }

    @Test func `equal captions are encoded to equal vectors, in the order asked for`() throws {
        let folder = try ScratchFolder()
        let model = try RetrievalModel(
            TinyData(images: 1, captionsPerImage: 1).configuration(),
            textEncoder: TinyTextEncoder.load(writingTo: folder.path + "/bert"), seed: 1)
        let tokens = try model.tokenize(["a dog", "two cat near a boat", "a dog"]).map(\.ids)
        let together = try model.encode(tokens)
        #expect(together.lengths == [4, 7, 4])
        for (text, own) in tokens.enumerated() {
            #expect(
                try largestDifference(together.selecting([text]).rows, model.textEncoder.encode([own]).rows) < 1e-5)
        }
    }
}

extension ImageBatch {
    fileprivate func selecting(_ images: [Int]) throws -> ImageBatch {
        let places = try Tensor(images, shape: [images.count])
        return try ImageBatch(regions: regions.indexSelect(places), globals: globals.indexSelect(places))
    }
}
