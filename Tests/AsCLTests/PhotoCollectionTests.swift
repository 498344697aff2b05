import AsCL
import Foundation
import RetrievalFixtures
import Testing

/// What a program that imports `AsCL` relies on where photos are searched without training.
@Suite struct PhotoCollectionTests {
    @Test func `photos are indexed, found by sentence and by photo, and kept up to date`() throws {
        let folder = try ScratchFolder()
        let (photos, index, encoder) = (folder.path + "/photos", folder.path + "/index", folder.path + "/encoder")
        try FileManager.default.createDirectory(atPath: photos, withIntermediateDirectories: true)
        // Weights drawn at random that believe in everything: a SigLIP with a high bias.
        try TinyPretrained.write(.siglip, to: encoder, bias: 9)
        for number in 0..<5 {
            try TinyPicture.bitmap(number).write(to: URL(fileURLWithPath: "\(photos)/\(number).bmp"))
        }
        var seen = 0
        try PhotoCollection.index(
            [photos], in: index, encoder: encoder,
            onProgress: { done, total in
                #expect(total == 5)
                seen = done
            })
        #expect(seen == 5)
        let collection = try PhotoCollection(index: index)
        let found = try collection.search("a cat", top: 3)
        #expect(found.count == 3 && found.allSatisfy { ($0.belief ?? 0) > 0.5 })
        #expect(zip(found, found.dropFirst()).allSatisfy { $0.score >= $1.score })
        #expect(try collection.explain(found[0], "a cat") == nil, "no words and regions attend to each other here")
        #expect(throws: InputError.self) { try collection.explain(found[0], " ") }
        let like = try collection.search(like: photos + "/3.bmp", top: 1)
        #expect(like.map(\.path) == [photos + "/3.bmp"] && like[0].belief == nil)

        try FileManager.default.removeItem(atPath: photos + "/3.bmp")
        try PhotoCollection.index([photos], in: index, encoder: encoder)
        #expect(try !collection.search("a cat", top: 10).contains { $0.path.hasSuffix("3.bmp") })
        #expect(throws: InputError.self) { try collection.search(" ") }
        #expect(throws: InputError.self) { try PhotoCollection(index: folder.path + "/nothing") }
        #expect(throws: CancellationError.self) {
            try PhotoCollection.index([photos], in: index, encoder: encoder, isStopping: { true })
        }
    }
}
