import Foundation

/// A folder that appears complete or not at all: it is filled under a temporary name beside its own, then renamed.
package final class PartialFolder {
    /// The folder to fill.
    package let partial: String
    private let path: String
    private let replaced: String

    /// Makes the folder to fill, in the place of what a killed run left under its name.
    package init(_ path: String) throws(InputError) {
        let url = URL(fileURLWithPath: path).standardizedFileURL
        let parent = url.deletingLastPathComponent().path
        self.path = url.path
        partial = "\(parent)/.\(url.lastPathComponent).partial"
        replaced = "\(parent)/.\(url.lastPathComponent).replaced"
        try Self.remove(partial)
        try Folder.make(partial)
    }

    deinit {
        // After `finish` there is nothing under this name; before it, a failure is already being told.
        try? FileManager.default.removeItem(atPath: partial)
    }

    /// Moves the filled folder to its name, in the place of what is there.
    package func finish() throws(InputError) {
        try Self.remove(replaced)
        if FileManager.default.fileExists(atPath: path) { try AtomicFile.rename(path, to: replaced) }
        try AtomicFile.rename(partial, to: path)
        try Self.remove(replaced)
    }

    private static func remove(_ path: String) throws(InputError) {
        guard FileManager.default.fileExists(atPath: path) else { return }
        do { try FileManager.default.removeItem(atPath: path) } catch {
            let reason = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
            throw InputError(
                path: path, place: "removing", expected: "a folder that can be written",
                found: reason.localizedDescription)
        }
    }
}
