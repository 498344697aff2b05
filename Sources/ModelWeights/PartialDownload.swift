import AsCLBase
import Foundation

/// An unfinished download beside its final name, which no second process or thread writes to at the same time.
///
/// Besides `NAME.partial` there is `NAME.partial.etag`: what the server called the version that the bytes are of.
final class PartialDownload: TransferredBytes {
    let path: String
    private let finalPath: String
    private let descriptor: Int32

    static func path(of finalPath: String) -> String { finalPath + ".partial" }

    /// Bytes of an unfinished download that the next one continues.
    static func unfinishedByteCount(of finalPath: String) -> Int {
        let size = try? FileManager.default.attributesOfItem(atPath: path(of: finalPath))[.size] as? Int
        // No file is no bytes.
        return size ?? 0
    }

    /// Opens or makes the file and waits until nobody else has it; nil when another finished the download meanwhile.
    static func open(for finalPath: String) throws(InputError) -> PartialDownload? {
        while true {
            let path = path(of: finalPath)
            let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
            guard descriptor >= 0 else {
                throw .system(path, place: "creating", expected: "a folder that can be written")
            }
            while flock(descriptor, LOCK_EX) != 0 {
                guard errno == EINTR else {
                    close(descriptor)
                    throw .system(path, place: "locking", expected: "a file system with locks")
                }
            }
            let partial = PartialDownload(path: path, finalPath: finalPath, descriptor: descriptor)
            // Whoever had the lock may have renamed or removed the file that was opened here.
            if FileManager.default.fileExists(atPath: finalPath) {
                if partial.isStillNamed { partial.remove() }
                return nil
            }
            if partial.isStillNamed { return partial }
        }
    }

    private init(path: String, finalPath: String, descriptor: Int32) {
        self.path = path
        self.finalPath = finalPath
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    private var isStillNamed: Bool {
        var opened = stat()
        var named = stat()
        return fstat(descriptor, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino
            && opened.st_dev == named.st_dev
    }

    func size() throws(InputError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .system(path, place: "reading", expected: "a readable file")
        }
        return Int(status.st_size)
    }

    /// Bytes that the file system still has room for; nil where it does not say.
    func room() -> Int? {
        var status = statvfs()
        guard fstatvfs(descriptor, &status) == 0 else { return nil }
        return Int(status.f_bavail).multipliedReportingOverflow(by: Int(status.f_frsize)).partialValue
    }

    /// Throws away what is there.
    func restart() throws(InputError) {
        guard ftruncate(descriptor, 0) == 0 else {
            throw .system(path, place: "restarting", expected: "a file that can be written")
        }
    }

    func append(_ data: Data) throws(InputError) {
        var rest = data
        while !rest.isEmpty {
            let offset = off_t(try size())
            let written = rest.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, offset) }
            if written < 0 {
                if errno == EINTR { continue }
                throw .system(path, place: "writing", expected: "room for \(rest.count) more bytes")
            }
            rest = rest.dropFirst(written)
        }
    }

    /// What the server called the version that the bytes are of; nil where that is not known.
    var version: String? {
        get {
            // Without a version the download begins anew, which is right whatever the reason.
            let text = try? String(contentsOfFile: path + ".etag", encoding: .utf8)
            return text.flatMap { $0.isEmpty ? nil : $0 }
        }
        set {
            if let newValue {
                try? newValue.write(toFile: path + ".etag", atomically: true, encoding: .utf8)
            } else {
                unlink(path + ".etag")
            }
        }
    }

    /// The SHA-256 of what is there, in hexadecimal.
    func sha256() throws(InputError) -> String {
        guard let digest = ContentDigest(ofDescriptor: descriptor) else {
            throw .system(path, place: "reading", expected: "a readable file")
        }
        return digest.hexadecimal
    }

    /// What git calls what is there.
    func gitBlob() throws(InputError) -> String {
        guard let name = GitBlob.name(ofDescriptor: descriptor) else {
            throw .system(path, place: "reading", expected: "a readable file")
        }
        return name
    }

    /// Puts the bytes on the disk and the file under its final name.
    func finish() throws(InputError) {
        guard fsync(descriptor) == 0 else { throw .system(path, place: "writing", expected: "room on the disk") }
        try AtomicFile.rename(path, to: finalPath)
        version = nil
    }

    func remove() {
        unlink(path)
        version = nil
    }
}
