import Foundation

/// A file that only grows. Every append reaches the system in one call, so that a killed run loses no line.
final class AppendedFile {
    private let path: String
    private let descriptor: Int32

    /// Opens the file, creating it when it is missing.
    ///
    /// - Parameter new: refuse a file that is there already.
    init(path: String, new: Bool = false) throws(TrainingError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | (new ? O_EXCL : 0), 0o644)
        guard descriptor >= 0 else { throw .system(path: path) }
    }

    deinit {
        close(descriptor)
    }

    func append(_ bytes: [UInt8]) throws(TrainingError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw .system(path: path)
            }
        }
    }
}
