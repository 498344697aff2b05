import AsCLBase
import Foundation

/// A folder that appears complete or not at all: it is filled under a temporary name beside its own, then renamed.
final class SceneFolder {
    /// The file by which a folder of generated scenes is known.
    static let mark = "scenes.json"

    /// The folder to fill.
    let partial: String
    private let path: String
    private let replaced: String
    private let files = FileManager.default

    init(_ directory: String, overwrite: Bool) throws(InputError) {
        let url = URL(fileURLWithPath: directory).standardizedFileURL
        let parent = url.deletingLastPathComponent().path
        path = url.path
        partial = "\(parent)/.\(url.lastPathComponent).partial"
        replaced = "\(parent)/.\(url.lastPathComponent).replaced"
        try checkFree(overwrite: overwrite)
        // What a killed run left behind.
        try remove(partial)
        try createFolder(partial)
    }

    deinit {
        // After `finish` there is nothing under this name; before it, a failure is already being told.
        try? files.removeItem(atPath: partial)
    }

    /// Makes the folder `name` inside the one being filled.
    func createFolder(named name: String) throws(InputError) {
        try createFolder("\(partial)/\(name)")
    }

    /// Moves the filled folder to its name, in the place of what may be overwritten there.
    func finish() throws(InputError) {
        try remove(replaced)
        if files.fileExists(atPath: path) {
            try Self.attempt(path) { try files.moveItem(atPath: path, toPath: replaced) }
        }
        try Self.attempt(path) { try files.moveItem(atPath: partial, toPath: path) }
        try remove(replaced)
    }

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

    private func checkFree(overwrite: Bool) throws(InputError) {
        guard files.fileExists(atPath: path) else { return }
        let notScenes = InputError(
            path: path, place: "output folder", expected: "generated scenes (\(Self.mark)) to overwrite",
            found: "something else")
        guard let content = try? files.contentsOfDirectory(atPath: path) else { throw notScenes }
        guard !content.isEmpty else { return }
        guard overwrite else {
            throw InputError(
                path: path, place: "output folder", expected: "nothing there (or --overwrite)", found: "something")
        }
        guard content.contains(Self.mark) else { throw notScenes }
    }

    private func createFolder(_ path: String) throws(InputError) {
        try Folder.make(path)
    }

    private func remove(_ path: String) throws(InputError) {
        guard files.fileExists(atPath: path) else { return }
        try Self.attempt(path) { try files.removeItem(atPath: path) }
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
