import Foundation

/// Folders, whose errors say the reason in a line.
package enum Folder {
    /// Makes a folder, and those above it that are missing.
    package static func make(_ path: String) throws(InputError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            let reason = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
            throw InputError(
                path: path, place: "creating", expected: "a folder that can be written",
                found: reason.localizedDescription)
        }
    }

    /// Throws where there is no folder whose files can be listed.
    package static func expect(_ path: String) throws(InputError) {
        guard let stream = opendir(path) else { throw .system(path, place: "listing", expected: "a readable folder") }
        closedir(stream)
    }
}
