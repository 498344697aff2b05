import AsCL
import Foundation
import RetrievalFixtures
import Scenes
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

    @Test func `a trained model scores what is found, and has to fit`() throws {
        let folder = try ScratchFolder()
        let (photos, index) = (folder.path + "/photos", folder.path + "/index")
        try FileManager.default.createDirectory(atPath: photos, withIntermediateDirectories: true)
        for number in 0..<5 {
            try TinyPicture.bitmap(number).write(to: URL(fileURLWithPath: "\(photos)/\(number).bmp"))
        }
        let scenes = SceneConfiguration(seed: 1, trainCount: 12, valCount: 4, testCount: 9, compositionalCount: 2)
        try SceneGenerator(configuration: scenes).write(to: folder.path + "/scenes", pictures: false)
        try TinyTextEncoder.write(to: folder.path + "/bert")
        let model = folder.path + "/run"
        try train(GalleryTests.configuration(folder), data: folder.path + "/scenes", output: model)

        try PhotoCollection.index([photos], in: index, encoding: .descriptors, model: model)
        let found = try PhotoCollection(index: index).search("a red ball", top: 10)
        #expect(found.count == 5 && found.allSatisfy { $0.belief == nil })
        let gallery = try Gallery(
            RetrievalModel(checkpoint: model), pictures: photos, features: folder.path + "/features",
            encoding: .descriptors)
        let scores = try Dictionary(
            uniqueKeysWithValues: gallery.search("a red ball").map { (photos + "/" + $0.name, $0.score) })
        for photo in found { #expect(abs(photo.score - (try #require(scores[photo.path]))) < 5e-4) }

        let clip = folder.path + "/clip"
        try TinyPretrained.write(.clip, to: clip)
        let error = #expect(throws: InputError.self) {
            try PhotoCollection.index(
                [photos], in: folder.path + "/other", encoding: .patches(model: clip), model: model)
        }
        #expect("\(try #require(error))".contains("run/config.json: features: expected 3x3 patches of clip"))
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/other"))
    }
}
