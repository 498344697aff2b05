package import Foundation

/// A new folder that goes away with the object.
package final class ScratchFolder: Sendable {
    package let path: String

    package init() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ascl-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    package func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    }

    /// Writes a file, and the folders that it is in.
    package func put(_ text: String, at name: String) throws {
        let folder = ("\(path)/\(name)" as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try write(text, to: name)
    }

    package func data(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))
    }

    /// The path of the file `name`, written with `bytes` where there are some.
    package func file(_ name: String, _ bytes: [UInt8]? = nil) throws -> String {
        if let bytes { try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)")) }
        return "\(path)/\(name)"
    }

    /// What lies in it.
    package var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
    }
}
