import Foundation

/// A hold on a folder that other processes respect: several may work on the same experiments, each on runs of its own. It
/// ends with the value, or with the process however it ends.
final class FolderLock {
    private var descriptor: Int32

    /// Takes hold of the folder, which is made when it is missing.
    /// - Parameter isWaiting: Whether to wait for another process that has hold of it; nil comes back otherwise.
    init?(_ folder: String, isWaiting: Bool) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let path = folder + "/.lock"
        descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw ExperimentError.mismatch(
                path: path, field: "file", expected: "to open it for writing", found: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | (isWaiting ? 0 : LOCK_NB)) == 0 else {
            release()
            return nil
        }
    }

    /// Lets go of the folder.
    func release() {
        guard descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
    }

    deinit { release() }
}
