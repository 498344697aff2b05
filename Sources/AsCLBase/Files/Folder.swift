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

    /// Throws where no folder of that name can be made or written to: to know before long work. Nothing is made.
    package static func expectPlace(for path: String) throws(InputError) {
        var place = path.isEmpty ? "." : path
        var status = stat()
        while stat(place, &status) != 0, errno == ENOENT {
            let parent = (place as NSString).deletingLastPathComponent
            place = parent.isEmpty ? "." : parent
        }
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        guard !isFolder || access(place, W_OK | X_OK) != 0 else { return }
        throw isFolder
            ? .system(path, place: "creating", expected: "a folder that can be written")
            : InputError(
                path: path, place: "creating", expected: "a folder that can be written", found: "a file at \(place)")
    }

    /// Throws where there is no folder whose files can be listed.
    package static func expect(_ path: String) throws(InputError) {
        guard let stream = opendir(path) else { throw .system(path, place: "listing", expected: "a readable folder") }
        closedir(stream)
    }
}
