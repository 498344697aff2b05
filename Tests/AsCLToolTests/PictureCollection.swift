import ArrayFiles
import Foundation

/// A folder of pictures for a test to fill and damage, and one for their features.
struct PictureCollection {
    let images: String
    let output: String

    init() throws {
        images = try Workshop.newFolder("images")
        output = try Workshop.newFolder("features") + "/out"
    }

    /// Links to the pictures of Scenes.
    init(scenes: String) throws {
        images = try Workshop.linked(to: scenes + "/images", "images")
        output = try Workshop.newFolder("features") + "/out"
    }

    func add(_ name: String, _ data: Data) throws {
        let path = images + "/" + name
        try FileManager.default.createDirectory(atPath: path.folder, withIntermediateDirectories: true)
        try write(data, to: path)
    }

    /// A picture of one colour, small and unlike those of other numbers.
    func addPlain(_ name: String, _ number: Int) throws {
        let (red, green) = (UInt8(number % 256), UInt8(number / 256))
        try add(name, PNGFile.plain(width: 8, height: 6, red: red, green: green, blue: 90))
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: images + "/" + name, withDestinationPath: target)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: images + "/" + name) }

    /// Of features that need no weights.
    var arguments: [String] {
        ["features", "--images", images, "--output", output, "--regions", "descriptors"]
    }

    func extract(_ more: String..., shell: String = "") throws -> Tool.Result {
        try Tool(arguments + more, shell: shell).finish()
    }

    /// All finished files of a folder of features by their names.
    static func files(_ folder: String) throws -> [String: Data] {
        let found = try names(in: folder).filter { !$0.hasPrefix(".") }
        return try Dictionary(uniqueKeysWithValues: found.map { ($0, try bytes("\(folder)/\($0)")) })
    }

    func files() throws -> [String: Data] { try Self.files(output) }

    /// The bytes of each picture's row in a split's `_ims.npy`, `_globals.npy` and `_boxes.npy`, by the picture's name.
    static func rows(_ folder: String, split: String = "all") throws -> [String: [Data]] {
        let arrays = try ["ims", "globals", "boxes"].map { try NumpyArray(path: "\(folder)/\(split)_\($0).npy") }
        var rows: [String: [Data]] = [:]
        for (index, name) in try lines("\(folder)/\(split)_ids.txt").enumerated() {
            rows[name] = arrays.map { array in
                let length = array.bytes.count / array.shape[0]
                return withExtendedLifetime(array.file) { Data(array.bytes[index * length..<(index + 1) * length]) }
            }
        }
        return rows
    }
}

extension Tool.Result {
    /// `28 pictures: 28 new, ...` up to the time.
    var counts: String {
        outputLines.last.map { String($0.prefix(upTo: $0.range(of: ", in ")?.lowerBound ?? $0.endIndex)) } ?? ""
    }
}
