import AsCLBase
import Foundation
import RetrievalFixtures
import Testing

/// What the tests share: a folder of this test run, generated scenes, and a model trained on them. Each is made by the
/// tool when the first test asks for it.
enum Workshop {
    private static let folder: String = {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("ascl-\(UUID().uuidString)").path
        atexit { try? FileManager.default.removeItem(atPath: Workshop.folder) }
        return path
    }()

    /// An empty folder of its own; all of them are removed when the tests end.
    static func newFolder(_ name: String) throws -> String {
        let path = "\(folder)/\(name)-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    /// A folder with links to all files of another, for a test to replace some of them.
    static func linked(to original: String, _ name: String) throws -> String {
        let path = try newFolder(name)
        for entry in try FileManager.default.contentsOfDirectory(atPath: original) {
            try FileManager.default.createSymbolicLink(
                atPath: path + "/" + entry, withDestinationPath: original + "/" + entry)
        }
        return path
    }

    /// Scenes: 60 to train on, 6 to validate, 12 to test.
    static let scenes = Result {
        let path = try newFolder("scenes") + "/data"
        let run = try Tool.run("scenes", "generate", "--train", "60", "--output", path)
        try #require(run.status == 0, "\(run.errors)")
        return path
    }

    /// Scenes with their pictures: 20, 2, 4 and 2 of the four splits, in `images`.
    static let drawnScenes = Result {
        let path = try newFolder("drawn") + "/data"
        let run = try Tool.run("scenes", "generate", "--train", "20", "--pictures", "--output", path)
        try #require(run.status == 0, "\(run.errors)")
        return path
    }

    /// The features of these pictures, by one thread without a break.
    static let features = Result {
        let collection = try PictureCollection(scenes: drawnScenes.get())
        let run = try collection.extract("--threads", "1")
        try #require(run.status == 0, "\(run.errors)")
        try #require(run.counts == "28 pictures: 28 new, 0 reused, 0 failed, 0 removed")
        return collection.output
    }

    /// A text encoder of two thin layers that knows the scenes' words: the real one would take most of the tests' time.
    static let textEncoder = Result {
        let path = try newFolder("text-encoder")
        let captions = try text(scenes.get() + "/train_caps.txt") + TinyData.captions + " < above >"
        let words = Set(captions.split(whereSeparator: \.isWhitespace))
        try TinyTextEncoder.write(to: path, words: words.map(String.init).sorted(), width: 32, positions: 128)
        try write(#"{"do_lower_case": true}"#, to: path + "/tokenizer_config.json")
        return path
    }

    /// A small model's training.
    static let configuration = Result {
        let path = try newFolder("configuration") + "/tiny.yaml"
        try write(
            """
            model:
              joint_dimension: 32
              heads: 2
            text_encoder:
              path: \(try textEncoder.get())
            training:
              epochs: 2
              batch_size: 4
              learning_rate: 0.001
              learning_rate_decay: {factor: 1}
              checkpoint_every_steps: 3
              log_every_steps: 1

            """, to: path)
        return path
    }

    /// Its arguments on the scenes. The test split is the smaller one: 60 captions, so 15 steps an epoch, 30 in all.
    static func training(output: String, data: String? = nil) throws -> [String] {
        [
            "train", "--config", try configuration.get(), "--set", "data.train_split=test", "--data",
            try data ?? scenes.get(), "--output", output,
        ]
    }

    /// The folder of that training, never interrupted.
    static let checkpoint = Result {
        let path = try newFolder("checkpoint") + "/run"
        let run = try Tool(training(output: path)).finish()
        try #require(run.status == 0, "\(run.errors)")
        return path
    }
}

extension String {
    /// The path without its last component.
    var folder: String { (self as NSString).deletingLastPathComponent }
}

func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

func names(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
}

func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

func lines(_ path: String) throws -> [String] { try text(path).split(separator: "\n").map(String.init) }

func write(_ text: String, to path: String) throws { try write(Data(text.utf8), to: path) }

/// Puts a file in place of what stands there, a link included.
func write(_ data: Data, to path: String) throws {
    try? FileManager.default.removeItem(atPath: path)
    try data.write(to: URL(fileURLWithPath: path))
}
