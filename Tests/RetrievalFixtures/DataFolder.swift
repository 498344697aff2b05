package import ArrayFiles
package import AsCLBase
import Foundation
package import RetrievalData

/// A data folder of its own, removed with the object.
package final class DataFolder {
    package let path: String

    package init() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("data-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a feature file whose numbers are `value(row, index in the row)`.
    package func features(
        _ name: String, _ shape: [Int], type: ElementType = .float32, value: (Int, Int) -> Float = { Float($0 + $1) }
    ) throws {
        let writer = try NumpyWriter(path: path + "/" + name, elementType: type, shape: shape)
        let length = shape.dropFirst().reduce(1, *)
        for row in 0..<shape[0] {
            try writer.append((0..<length).map { value(row, $0) })
        }
        try writer.finish()
    }

    package func text(_ name: String, _ lines: [String]) throws {
        try bytes(name, Array((lines.joined(separator: "\n") + "\n").utf8))
    }

    package func bytes(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
    }

    package func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }

    /// Two images with three regions of four numbers and two captions each, in SCAN's layout.
    package func scan(_ split: String, type: ElementType = .float32) throws {
        try features("\(split)_ims.npy", [2, 3, 4], type: type)
        try features("\(split)_globals.npy", [2, 5], type: type) { Float($0 * 10 - $1) }
        try features("\(split)_boxes.npy", [2, 3, 4])
        try text("\(split)_caps.txt", ["a dog runs", "the dog", "two cats", "cats  asleep now"])
        try text("\(split)_ids.txt", ["dog.jpg", "cat.jpg"])
    }

    package func split(_ name: String) throws -> RetrievalSplit { try Dataset(path: path).split(name) }

    package func line(_ error: InputError) -> String { error.description.replacingOccurrences(of: path, with: "DIR") }
}
