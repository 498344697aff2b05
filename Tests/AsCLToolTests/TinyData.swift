import ArrayFiles
import Foundation

/// Four images with two captions each in SCAN's layout, alike for training and validation, for a test to damage.
struct TinyData {
    let path: String
    /// A folder that the tool is asked to write, and that is not there yet.
    let output: String

    init() throws {
        path = try Workshop.newFolder("tiny")
        output = try Workshop.newFolder("output") + "/run"
        for split in ["train", "val"] {
            try features("\(split)_ims.npy", [4, 3, 5])
            try features("\(split)_globals.npy", [4, 6])
            try write(Self.captions, to: "\(path)/\(split)_caps.txt")
        }
    }

    static let captions = """
        a dog runs on the beach
        a brown dog
        two cats sleep
        cats on a red sofa
        a man reads
        an old man with a book
        children play in the snow
        snow and children

        """

    /// Writes features of float32; `odd` stands in the place of one of the numbers.
    func features(_ name: String, _ shape: [Int], odd: (index: Int, value: Float)? = nil) throws {
        var values = (0..<shape.reduce(1, *)).map { Float(($0 * 7) % 11) - 5 }
        if let odd { values[odd.index] = odd.value }
        let writer = try NumpyWriter(path: path + "/" + name, elementType: .float32, shape: shape)
        try writer.append(values)
        try writer.finish()
    }

    /// Changes the bytes of a file.
    func change(_ name: String, _ body: (inout Data) throws -> Void) throws {
        var data = try bytes(path + "/" + name)
        try body(&data)
        try write(data, to: path + "/" + name)
    }

    /// Replaces text in a npy file's header by text of the same length.
    func changeHeader(_ name: String, _ old: String, _ new: String) throws {
        try change(name) { data in
            guard let range = data.range(of: Data(old.utf8)) else { throw CocoaError(.fileReadCorruptFile) }
            data.replaceSubrange(range, with: Data(new.utf8))
        }
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }

    /// Trains on this data.
    func train(_ more: String...) throws -> Tool.Result {
        try Tool(
            ["train", "--config", Workshop.configuration.get(), "--data", path, "--output", output] + more
        ).finish()
    }
}
