import Foundation
import PretrainedFolders
import RetrievalData
import RetrievalFixtures
import RetrievalModels
import Testing
import TextEncoding
import Torch

@testable import RetrievalEvaluation

@Suite struct ExplanationTests {
    private let sentence = "The red, dogs' ball  runs"

    @Test func `words, special tokens and regions make up the pair's score`() throws {
        let world = try World(TinyData(images: 5, captionsPerImage: 1))
        let given = try #require(try world.model.explanations(of: sentence, with: world.split, images: [4, 1]))
        let scores = try world.model.scores(of: sentence, with: world.split)
        for (found, image) in zip(given, [4, 1]) {
            #expect(abs(found.score - scores[image]) < 1e-5)
            let weight = Float(try world.model.ascl.configuration.localWeight)
            #expect(abs(weight * found.local + (1 - weight) * found.global - scores[image]) < 1e-5)
            #expect(found.words.map(\.text) == ["The", "red", ",", "dogs'", "ball", "runs"].flatMap(Self.asCut))
            #expect(found.words.allSatisfy { found.sentence[$0.range] == $0.text })
            #expect(found.specialCount == 2)
            let tokens = found.words.reduce(2) { $0 + $1.tokenCount }
            let words =
                found.words.reduce(2 * found.specialMatch) { $0 + Float($1.tokenCount) * $1.match } / Float(tokens)
            let regions = found.regions.reduce(0) { $0 + $1.match } / Float(found.regions.count)
            #expect(abs((words + regions) / 2 - found.local) < 1e-5)
            for word in found.words {
                #expect(abs(word.shares.reduce(0, +) - word.match) < 1e-5)
                #expect(word.shares.count == world.split.regionCount)
                #expect(word.strengths.max() == 1 && word.strengths.min() == 0)
            }
            #expect(found.regions.allSatisfy { $0.attention.count == found.words.count })
            #expect(found.regions.allSatisfy { $0.attention.reduce(0, +) < 1 })
        }
        #expect(given[0] != given[1])
    }

    /// The tiny vocabulary has no "'", so the mark behind the word is one of its own.
    private static func asCut(_ word: String) -> [String] { word == "dogs'" ? ["dogs", "'"] : [word] }

    /// What an encoder reads is the words' tokens, one word after the other, and special tokens around them.
    @Test(arguments: [nil, PretrainedFamily.clip, .siglip])
    func `every word is read at its own tokens' places`(_ family: PretrainedFamily?) throws {
        let folder = try ScratchFolder()
        let path = folder.path + "/encoder"
        if let family { try TinyPretrained.write(family, to: path) } else { try TinyTextEncoder.write(to: path) }
        let encoder = try TextEncoder(directory: path)
        let read = try encoder.words(of: "the red dog runs", maxTokens: 24)
        #expect(read.words.count == 4)
        #expect(try read.ids == encoder.tokenize(["the red dog runs"], maxTokens: 24)[0].ids)
        let special = Set(try encoder.tokenizer.encode("", maxTokens: 24).ids + [encoder.tokenizer.padding])
        let places = read.words.flatMap(\.tokens)
        #expect(places == Array(places[0]..<places[0] + places.count))
        for place in read.ids.indices { #expect(special.contains(read.ids[place]) != places.contains(place)) }
        let plain = try encoder.tokenizer.words(of: "the red dog runs")
        #expect(plain.map(\.tokens.count) == read.words.map(\.tokens.count))
    }

    @Test func `words beyond the limit are not explained`() throws {
        let world = try World(TinyData(images: 2, captionsPerImage: 1), maxTokens: 4)
        let found = try #require(
            try world.model.explanations(of: "the red dog", with: world.split, images: [0]))[0]
        #expect(found.words.map(\.text) == ["the", "red"])
    }

    @Test func `images without captions have them, and methods without attention none`() throws {
        let world = try World(TinyData(images: 2, captionsPerImage: 1))
        try FileManager.default.removeItem(atPath: world.folder.path + "/test_caps.txt")
        let pictures = try Dataset(path: world.folder.path).pictures("test")
        let bare = try world.model.explanations(of: "a cat", with: pictures, images: [1])
        #expect(try bare == world.model.explanations(of: "a cat", with: world.split, images: [1]))
        let plain = try World(TinyData(images: 2, captionsPerImage: 1), fusion: .none)
        #expect(try plain.model.explanations(of: "a cat", with: plain.split, images: [0]) == nil)
    }
}
