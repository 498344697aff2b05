import AsCLBase
import Foundation
import ImageEncoding

/// A picture file held open: what was looked at is what is sent, whatever its name means meanwhile.
final class OpenFile: Sendable {
    private let descriptor: Int32
    /// Bytes.
    let size: Int
    /// What it begins like.
    let mediaType: String

    /// Opens a regular file that begins like a picture; nil for any other.
    init?(picture path: String) {
        // A pipe that somebody put there must not hold the thread.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            return nil
        }
        size = Int(status.st_size)
        let start = Self.bytes(descriptor, at: 0, count: min(size, PictureDecoder.signatureLength))
        guard let mediaType = start.withUnsafeBytes({ PictureDecoder.mediaType($0) }) else {
            close(descriptor)
            return nil
        }
        self.mediaType = mediaType
    }

    deinit { close(descriptor) }

    /// Bytes from a place on; fewer where the file ends.
    func bytes(at place: Int, count: Int) -> [UInt8] { Self.bytes(descriptor, at: place, count: count) }

    private static func bytes(_ descriptor: Int32, at place: Int, count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            guard let base = buffer.baseAddress else { return }
            filled = max(0, pread(descriptor, base, count, off_t(place)))
        }
    }
}
