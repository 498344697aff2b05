import Foundation

/// A hold on a folder that other processes respect; it ends with the value, or with the process however that ends.
final class FolderLock {
    private let descriptor: Int32

    /// Takes hold of a folder that is there. That somebody else has hold of it is an error.
    init(_ folder: String) throws(FeatureExtractionError) {
        let path = folder + "/lock"
        descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw .system(path, place: "opening", expected: "a file that can be written")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw FeatureExtractionError(
                path: folder, place: "lock", expected: "one run at a time", found: "another at work here")
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }
}
