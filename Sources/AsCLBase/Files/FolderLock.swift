import Foundation

/// A hold on a folder that other processes respect, so that several may work in neighbouring folders and none in the
/// same. It ends with the value, or with the process however that ends.
package final class FolderLock {
    private var descriptor: Int32

    /// Takes hold of a folder, which is made when it is missing; a file `.lock` stays in it.
    /// - Parameter isWaiting: Whether to wait for whoever has hold of it, in this process or another; nil comes back
    ///   otherwise.
    /// - Throws: `InputError` where the folder cannot be made or written to.
    package init?(_ folder: String, isWaiting: Bool) throws(InputError) {
        try Folder.make(folder)
        let path = folder + "/.lock"
        descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw .system(path, place: "opening", expected: "a file that can be written", code: errno)
        }
        while flock(descriptor, LOCK_EX | (isWaiting ? 0 : LOCK_NB)) != 0 {
            if errno == EWOULDBLOCK { return nil }
            guard errno == EINTR else {
                throw .system(path, place: "locking", expected: "a file system with locks", code: errno)
            }
        }
    }

    /// Lets go of the folder.
    package func release() {
        guard descriptor >= 0 else { return }
        // Closing alone would leave the hold to a process that is being started right now, until it runs its program.
        flock(descriptor, LOCK_UN)
        close(descriptor)
        descriptor = -1
    }

    deinit { release() }
}
