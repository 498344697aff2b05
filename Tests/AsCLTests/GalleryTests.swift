import AsCL
import Foundation
import RetrievalData
import RetrievalFixtures
import Scenes
import Testing

/// What a program that imports `AsCL` relies on, on the smallest data there is.
@Suite struct GalleryTests {
    let folder: ScratchFolder
    let model: RetrievalModel
    var data: String { folder.path + "/scenes" }

    init() throws {
        folder = try ScratchFolder()
        let scenes = SceneConfiguration(seed: 1, trainCount: 12, valCount: 4, testCount: 9, compositionalCount: 2)
        try SceneGenerator(configuration: scenes).write(to: folder.path + "/scenes", pictures: true)
        try TinyTextEncoder.write(to: folder.path + "/bert")
        try train(Self.configuration(folder), data: folder.path + "/scenes", output: folder.path + "/run")
        model = try RetrievalModel(checkpoint: folder.path + "/run")
    }

    static func configuration(_ folder: ScratchFolder) throws -> TrainingConfiguration {
        try TrainingConfiguration(
            yaml: """
                model: {joint_dimension: 16, heads: 2}
                text_encoder: {path: \(folder.path)/bert}
                training: {epochs: 1, batch_size: 8}
                data: {train_split: train, validation_split: val}
                """, source: "test")
    }

    @Test func `a sentence's pictures are those of the highest scores, best first`() throws {
        let gallery = try Gallery(model, data: data, split: "test")
        #expect(gallery.names.count == 9 && gallery.names.first == "test_000001.png")
        let all = try gallery.search("a large red circle", top: 100)
        #expect(Set(all.map(\.name)) == Set(gallery.names))
        #expect(all.map(\.score) == all.map(\.score).sorted(by: >))
        #expect(try gallery.search("a large red circle", top: 3) == Array(all.prefix(3)))
        #expect(try gallery.search("a large red circle", top: 0).isEmpty)
    }

    @Test func `sentences asked together get the answers that each gets alone`() throws {
        let gallery = try Gallery(model, data: data, split: "test")
        let sentences = ["a red circle", "a small blue star next to a tree", "a red circle"]
        let together = try gallery.search(sentences, top: 4)
        for (sentence, answers) in zip(sentences, together) {
            let alone = try gallery.search(sentence, top: 4)
            #expect(alone.map(\.name) == answers.map(\.name))
            #expect(zip(alone, answers).allSatisfy { abs($0.score - $1.score) < 1e-5 })
        }
    }

    @Test func `captions for a picture have the scores that the pictures for the caption have`() throws {
        let gallery = try Gallery(model, data: data, split: "test")
        let picture = gallery.names[4]
        for caption in try gallery.captions(for: picture, top: 5) {
            let back = try gallery.search(caption.name, top: 9).first { $0.name == picture }
            #expect(abs(try #require(back).score - caption.score) < 1e-5)
        }
    }

    @Test func `a folder of pictures answers as the split of the same pictures does`() throws {
        let split = try Gallery(model, data: data, split: "test")
        let pictures = folder.path + "/photos"
        try FileManager.default.createDirectory(atPath: pictures, withIntermediateDirectories: true)
        for name in split.names {
            try FileManager.default.copyItem(atPath: "\(data)/images/\(name)", toPath: "\(pictures)/\(name)")
        }
        try folder.write("no picture", to: "photos/broken.png")
        let gallery = try Gallery(
            model, pictures: pictures, features: folder.path + "/features", encoding: .descriptors)
        #expect(Set(gallery.names) == Set(split.names))
        #expect(gallery.notices == ["1 of 10 pictures cannot be read: \(folder.path)/features/failed.tsv says why"])
        #expect(split.notices.isEmpty)
        let (found, expected) = (try gallery.search("a red circle"), try split.search("a red circle"))
        #expect(found.map(\.name) == expected.map(\.name))
        #expect(throws: InputError.self) { try gallery.captions(for: split.names[0]) }
    }

    @Test func `what is wrong is told in one line`() throws {
        let gallery = try Gallery(model, data: data, split: "test")
        #expect(
            "\(try #require(throws: InputError.self) { try gallery.search("  ") })"
                == "sentence 1: expected words, found only blanks")
        #expect(
            "\(try #require(throws: InputError.self) { try gallery.captions(for: "no.png") })"
                == "picture: expected one of the 9 of test, found no.png")
        #expect(throws: InputError.self) { try Gallery(model, data: data, split: "nothing") }
        #expect(throws: InputError.self) {
            try Gallery(model, pictures: data + "/none", features: folder.path + "/f", encoding: .descriptors)
        }
        let wrong = PictureEncoding.grid(backbone: "vgg", weights: "x")
        #expect(throws: InputError.self) {
            try Gallery(model, pictures: data + "/images", features: folder.path + "/f", encoding: wrong)
        }
    }

    @Test func `an evaluation counts every picture and caption`() throws {
        let result = try Gallery(model, data: data, split: "test").evaluate()
        #expect(result.images == 9 && result.captions == 45)
        #expect((0...600).contains(result.rsum))
    }

    @Test func `a training tells what happens, stops when it is asked to, and goes on`() throws {
        var events: [String] = []
        func note(_ event: TrainingEvent) {
            switch event {
            case .step(let step, _, _): events.append("step \(step)")
            case .validated(_, let epoch): events.append("epoch \(epoch)")
            default: break
            }
        }
        let output = folder.path + "/stopped"
        let configuration = try Self.configuration(folder)
        let first = try train(configuration, data: data, output: output, isStopping: { true }, onEvent: note)
        #expect(first == .stopped && events == ["step 1"])
        #expect(throws: TrainingError.self) { try train(configuration, data: data, output: output) }
        var other = configuration
        try other.apply(overrides: ["training.epochs=2"])
        let refused = try #require(throws: TrainingError.self) {
            try train(other, data: data, output: output, isResuming: true)
        }
        #expect(
            "\(refused)"
                == "\(output)/training.yaml: expected the configuration that the run goes on with, found another")
        let second = try train(configuration, data: data, output: output, isResuming: true, onEvent: note)
        guard case .finished = second else { return #expect(Bool(false), "\(second)") }
        #expect(events == (1...8).map { "step \($0)" } + ["epoch 1"])
        for file in ["model.safetensors", "config.json"] {
            #expect(try folder.data("stopped/\(file)") == folder.data("run/\(file)"))
        }
    }
}
