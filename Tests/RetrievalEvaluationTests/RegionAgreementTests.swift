import Foundation
import RetrievalData
import RetrievalFixtures
import RetrievalModels
import Testing
import TextEncoding
import Torch

@testable import RetrievalEvaluation

@Suite struct RegionAgreementTests {
    @Test func `it is that of the images asked for, in their order`() throws {
        let world = try World(TinyData(images: 5, captionsPerImage: 1))
        let sentence = "the red dog runs"
        let some = try #require(
            try world.model.regionAgreement(of: sentence, with: world.split, images: [4, 1, 4]))
        #expect(some.count == 3 && some.allSatisfy { $0.count == 3 } && some[0] == some[2] && some[0] != some[1])
        // The same sentence by the model's own steps.
        let model = try world.model.ascl
        let words = try world.model.textEncoder.encode(world.model.tokenize([sentence]).map(\.ids))
        let images = try model.project(world.model.images(world.split, [1]))
        let own = try #require(try model.regionAgreement(images, model.project(words))).detached().array(Float.self)
        #expect(zip(some[1], own).allSatisfy { abs($0 - $1) < 1e-6 })
        let other = try #require(
            try world.model.regionAgreement(of: "a boat", with: world.split, images: [1]))
        #expect(other[0] != some[1])
    }

    /// 300 images go through the model in several blocks.
    @Test func `blocks do not show`() throws {
        let world = try World(TinyData(images: 300, captionsPerImage: 1))
        let all = try #require(
            try world.model.regionAgreement(of: "two cats", with: world.split, images: Array(0..<300)))
        let last = try #require(try world.model.regionAgreement(of: "two cats", with: world.split, images: [299]))
        #expect(all.count == 300 && zip(all[299], last[0]).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test func `images without captions have it too`() throws {
        let world = try World(TinyData(images: 2, captionsPerImage: 1))
        try FileManager.default.removeItem(atPath: world.folder.path + "/test_caps.txt")
        let pictures = try Dataset(path: world.folder.path).pictures("test")
        let bare = try world.model.regionAgreement(of: "a cat", with: pictures, images: [1])
        #expect(try bare == world.model.regionAgreement(of: "a cat", with: world.split, images: [1]))
        #expect(
            try world.model.scores(of: "a cat", with: pictures) == world.model.scores(of: "a cat", with: world.split))
    }

    @Test func `methods without attention have none`() throws {
        let world = try World(TinyData(images: 2, captionsPerImage: 1), fusion: .none)
        #expect(try world.model.regionAgreement(of: "a cat", with: world.split, images: [0]) == nil)
    }
}
