import Foundation

/// Folders, whose errors say the reason in a line.
package enum Folder {
    /// Makes a folder, and those above it that are missing.
    package static func make(_ path: String) throws(InputError) {
        if mkdir(path, 0o777) == 0 || errno == EEXIST && isFolder(path) == true { return }
        let code = errno
        let parent = path.parentPath
        guard code == ENOENT, !parent.isEmpty, parent != path else {
            throw .system(path, place: "creating", expected: "a folder that can be written", code: code)
        }
        try make(parent)
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
            throw .system(path, place: "creating", expected: "a folder that can be written")
        }
    }

    /// Whether a path leads to a folder, and not to a file; nil where it leads to nothing.
    package static func isFolder(_ path: String) -> Bool? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & S_IFMT == S_IFDIR : nil
    }

    /// Throws where no folder of that name can be made or written to: to know before long work. Nothing is made.
    package static func expectPlace(for path: String) throws(InputError) {
        let place = existing(path)
        var status = stat()
        stat(place, &status)
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        guard !isFolder || access(place, W_OK | X_OK) != 0 else { return }
        throw isFolder
            ? .system(path, place: "creating", expected: "a folder that can be written")
            : InputError(
                path: path, place: "creating", expected: "a folder that can be written", found: "a file at \(place)")
    }

    /// Throws where the disk that a folder is on, or will be, has no room for so many bytes.
    package static func expectRoom(for bytes: Int, in path: String) throws(InputError) {
        var disk = statvfs()
        guard statvfs(existing(path), &disk) == 0 else {
            throw .system(path, place: "disk", expected: "a file system that tells its room")
        }
        let free = Int(
            clamping: UInt64(disk.f_bavail).multipliedReportingOverflow(by: UInt64(disk.f_frsize)).partialValue)
        guard free >= bytes else {
            func gigabytes(_ bytes: Int) -> String { String(format: "%.2f GB", Double(bytes) / 1e9) }
            throw InputError(
                path: path, place: "disk", expected: "\(gigabytes(bytes)) of room", found: gigabytes(free))
        }
    }

    /// What is there of a path: itself, or the nearest above it.
    private static func existing(_ path: String) -> String {
        var place = path.isEmpty ? "." : path
        var status = stat()
        while stat(place, &status) != 0, [ENOENT, ENOTDIR].contains(errno) {
            let parent = place.parentPath
            place = parent.isEmpty ? "." : parent
        }
        return place
    }

    /// What the files of a folder, and of those in it, take.
    package static func byteCount(_ path: String) throws -> Int {
        try FileManager.default.subpathsOfDirectory(atPath: path).reduce(0) { sum, name in
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
            return attributes[.type] as? FileAttributeType == .typeRegular
                ? sum + ((attributes[.size] as? NSNumber)?.intValue ?? 0) : sum
        }
    }

    /// Throws where there is no folder whose files can be listed.
    package static func expect(_ path: String) throws(InputError) {
        guard let stream = opendir(path) else { throw .system(path, place: "listing", expected: "a readable folder") }
        closedir(stream)
    }
}
