import AsCLBase

/// The elements of one tensor of a state dict in C order; valid while this object is.
package final class StateDictBytes: Sendable {
    // Nobody writes to them after `init`, so that sharing is sound.
    private nonisolated(unsafe) let storage: UnsafeRawBufferPointer
    /// What the bytes belong to; nil where they are a copy of this object's own.
    private let file: MappedFile?

    init(_ view: StateDictView, of file: MappedFile) {
        if view.isContiguous {
            storage = UnsafeRawBufferPointer(rebasing: file.bytes[view.start..<view.start + view.byteCount])
            self.file = file
        } else {
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: view.byteCount, alignment: 16)
            withExtendedLifetime(file) { view.copy(from: file.bytes, to: copy) }
            storage = UnsafeRawBufferPointer(copy)
            self.file = nil
        }
    }

    /// The elements. Hold this object in a variable that outlives every use.
    package var bytes: UnsafeRawBufferPointer { storage }

    deinit {
        if file == nil { storage.deallocate() }
    }
}
