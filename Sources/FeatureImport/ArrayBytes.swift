import ArrayFiles
import AsCLBase
import Foundation

/// Where the `.npz` or `.npy` of an image stands: in a file of its own, or within a larger one.
struct ArrayBytes {
    /// What the image is called.
    let id: String
    /// What to call it in errors.
    let path: String
    let isNpz: Bool
    private let part: (file: MappedFile, range: Range<Int>)?

    /// A file, opened when it is asked for.
    init(path: String) {
        self.path = path
        id = String((path as NSString).lastPathComponent.dropLast(4))
        isNpz = path.hasSuffix(".npz")
        part = nil
    }

    /// A part of a file.
    init(id: String, isNpz: Bool, _ file: MappedFile, _ range: Range<Int>) {
        (self.id, self.isNpz, part) = (id, isNpz, (file, range))
        path = "\(file.path)/\(id.shownInOneLine)"
    }

    func npz() throws(InputError) -> NpzFile {
        let (file, range) = try opened()
        return try NpzFile(file, range, path: path)
    }

    func withBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws(InputError) -> Result
    ) throws(InputError) -> Result {
        let (file, range) = try opened()
        return try withExtendedLifetime(file) { () throws(InputError) in
            try body(UnsafeRawBufferPointer(rebasing: file.bytes[range]))
        }
    }

    /// Lets go of the pages that were read.
    func release() { part?.file.release(part?.range ?? 0..<0) }

    private func opened() throws(InputError) -> (file: MappedFile, range: Range<Int>) {
        if let part { return part }
        let file = try MappedFile(path: path)
        return (file, 0..<file.bytes.count)
    }
}
