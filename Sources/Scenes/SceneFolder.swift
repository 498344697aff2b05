import AsCLBase
import Foundation

/// The folder of generated scenes, which appears complete or not at all.
final class SceneFolder {
    /// The file by which a folder of generated scenes is known.
    static let mark = "scenes.json"

    private let folder: PartialFolder

    init(_ directory: String, overwrite: Bool) throws(InputError) {
        try Self.checkFree(URL(fileURLWithPath: directory).standardizedFileURL.path, overwrite: overwrite)
        folder = try PartialFolder(directory)
    }

    /// The folder to fill.
    var partial: String { folder.partial }

    /// Makes the folder `name` inside the one being filled.
    func createFolder(named name: String) throws(InputError) {
        try Folder.make("\(partial)/\(name)")
    }

    /// Moves the filled folder to its name, in the place of what may be overwritten there.
    func finish() throws(InputError) { try folder.finish() }

    /// Writes a value as JSON with its keys in order, so that equal values make equal bytes.
    func write(_ value: some Encodable, to name: String) throws(InputError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let file = "\(partial)/\(name)"
        try Self.attempt(file) { try encoder.encode(value).write(to: URL(fileURLWithPath: file)) }
    }

    /// Writes a file inside the folder being filled.
    static func write(_ data: Data, to file: String) throws(InputError) {
        try attempt(file) { try data.write(to: URL(fileURLWithPath: file)) }
    }

    private static func checkFree(_ path: String, overwrite: Bool) throws(InputError) {
        guard FileManager.default.fileExists(atPath: path) else { return }
        let notScenes = InputError(
            path: path, place: "output folder", expected: "generated scenes (\(mark)) to overwrite",
            found: "something else")
        guard let content = try? FileManager.default.contentsOfDirectory(atPath: path) else { throw notScenes }
        guard !content.isEmpty else { return }
        guard overwrite else {
            throw InputError(
                path: path, place: "output folder", expected: "nothing there (or --overwrite)", found: "something")
        }
        guard content.contains(mark) else { throw notScenes }
    }

    private static func attempt(_ path: String, _ work: () throws -> Void) throws(InputError) {
        do { try work() } catch {
            let reason = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
            throw InputError(
                path: path, place: "writing", expected: "a folder that can be written",
                found: reason.localizedDescription)
        }
    }
}
