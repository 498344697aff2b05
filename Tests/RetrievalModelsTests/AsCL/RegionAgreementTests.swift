import Testing
import TextEncoding
import Torch

@testable import RetrievalModels

@Suite struct RegionAgreementTests {
    @Test(arguments: RandomCase.ragged + [RandomCase(fusion: .gated)])
    func `half its mean is the first half of the local score`(_ given: RandomCase) throws {
        let model = try given.model().ascl
        let (images, texts) = (try model.project(given.images()), try model.project(given.texts()))
        let local = try model.plainScores(images, texts).local.detached().array(Float.self)
        let textToImage = try #require(model.attention?.textToImage)
        for text in given.lengths.indices {
            let words = try texts.selecting([text])
            let agreement = try #require(try model.regionAgreement(images, words))
            #expect(agreement.shape == [given.imageCount, given.regions])
            #expect(try agreement.detached().array(Float.self).allSatisfy { abs($0) <= 1.000_001 })
            for image in 0..<given.imageCount {
                let attended = try model.plainAttention(
                    textToImage, from: words.rows, to: images.regions.selected(0, image))
                let second = try cosine(words.rows, attended).mean()
                let sum = try (agreement.selected(0, image).mean() + second) * 0.5
                let found = try sum.detached().array(Float.self)
                #expect(abs(found[0] - local[image * given.lengths.count + text]) < 2e-6)
            }
        }
    }

    @Test func `a region agrees by itself`() throws {
        let given = RandomCase()
        let model = try given.model().ascl
        let images = try model.project(given.images())
        let text = try model.project(given.texts()).selecting([2])
        let all = try #require(try model.regionAgreement(images, text)).detached().array(Float.self)
        let one = try ImageBatch(
            regions: images.regions.sliced(0, 1..<2).sliced(1, 3..<4), globals: images.globals.sliced(0, 1..<2))
        let alone = try #require(try model.regionAgreement(one, text)).detached().array(Float.self)
        #expect(alone.count == 1 && abs(alone[0] - all[given.regions + 3]) < 1e-6)
    }

    @Test func `without attention there is none, and several texts are refused`() throws {
        let given = RandomCase(fusion: .none)
        let plain = try given.model().ascl
        let texts = try plain.project(given.texts())
        #expect(try plain.regionAgreement(plain.project(given.images()), texts.selecting([0])) == nil)
        let model = try RandomCase().model().ascl
        #expect(throws: TorchError.self) { try model.regionAgreement(model.project(given.images()), texts) }
    }
}
