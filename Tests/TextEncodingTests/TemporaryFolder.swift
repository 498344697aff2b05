import Foundation

/// A folder of a test's own, gone with the test.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "text-encoding-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// Writes a file and returns its path.
    func write(_ contents: Data, as name: String) throws -> String {
        let file = path + "/" + name
        try contents.write(to: URL(fileURLWithPath: file))
        return file
    }

    func write(_ contents: String, as name: String) throws -> String {
        try write(Data(contents.utf8), as: name)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
