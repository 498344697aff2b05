package import Foundation

/// A file mapped read-only into memory: opening costs the same whatever the size, and pages come in as they are
/// touched.
package final class MappedFile: Sendable {
    /// The path as it was given.
    package let path: String
    // Nobody writes through this private mapping and it lives as long as the object, so that sharing it is sound.
    private nonisolated(unsafe) let mapping: UnsafeRawBufferPointer

    /// Maps the regular file at `path`; an empty file gives an empty buffer. A pointer of Git LFS is refused as such.
    package init(path: String) throws(InputError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .system(path, place: "opening", expected: "a readable file", code: errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .system(path, place: "opening", expected: "a readable file", code: errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let found = status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "a special file"
            throw InputError(path: path, place: "opening", expected: "a regular file", found: found)
        }
        let count = Int(status.st_size)
        if count == 0 {
            mapping = UnsafeRawBufferPointer(start: nil, count: 0)
        } else {
            guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
                throw .system(path, place: "mapping \(count) bytes", expected: "room to map them", code: errno)
            }
            mapping = UnsafeRawBufferPointer(start: base, count: count)
        }
        self.path = path
        try refuseGitPointer()
    }

    /// A repository cloned without Git LFS holds, in place of its large files, small texts that name them.
    private func refuseGitPointer() throws(InputError) {
        guard bytes.count < 1024, bytes.starts(with: "version https://git-lfs.github.com/spec/".utf8) else { return }
        throw InputError(
            path: path, expected: "the file itself",
            found: "a pointer of Git LFS: the file itself was not fetched (`git lfs pull` fetches it)")
    }

    /// The whole file. Valid only while this object is: hold it in a variable that outlives every use.
    package var bytes: UnsafeRawBufferPointer { mapping }

    /// A copy of the whole file, for readers that want one.
    package func contents() -> Data { withExtendedLifetime(self) { Data(bytes) } }

    /// Asks the system to bring a range of the file into memory, without waiting for it. Scattered pieces that are
    /// asked for together arrive many times faster than page by page as they are touched.
    package func prefetch(_ range: Range<Int>) {
        guard let base = mapping.baseAddress, !range.isEmpty else { return }
        let start = range.lowerBound / Self.pageSize * Self.pageSize
        // Only advice: where the system does not take it, reading works all the same.
        _ = madvise(UnsafeMutableRawPointer(mutating: base + start), range.upperBound - start, MADV_WILLNEED)
    }

    /// Lets go of a range's pages in memory: whoever reads a large file once from front to back then holds little of it.
    /// They are read again when they are touched again.
    package func release(_ range: Range<Int>) {
        guard let base = mapping.baseAddress, !range.isEmpty else { return }
        // The page at the end may belong to what is read next.
        let start = range.lowerBound / Self.pageSize * Self.pageSize
        let end = range.upperBound / Self.pageSize * Self.pageSize
        guard start < end else { return }
        _ = madvise(UnsafeMutableRawPointer(mutating: base + start), end - start, MADV_DONTNEED)
    }

    private static let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))

    deinit {
        if let base = mapping.baseAddress {
            munmap(UnsafeMutableRawPointer(mutating: base), mapping.count)
        }
    }
}
