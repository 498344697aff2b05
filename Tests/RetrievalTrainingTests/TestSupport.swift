import Foundation
import Testing

@testable import RetrievalTraining

/// Runs `body` with a new folder that is removed afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
}

/// The one line that `body` fails with, with `folder` written as "DIR".
func message(in folder: String = "/", of body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch {
        return folder == "/" ? "\(error)" : "\(error)".replacingOccurrences(of: folder, with: "DIR")
    }
}

func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
}

func read(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
}
