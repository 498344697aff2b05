package import AsCLBase

/// A mapped state dict as PyTorch's `torch.save` writes it (`.pth`), in the zip format and the one before PyTorch 1.6.
///
/// Nothing of the file is executed: only tensors and plain containers are understood, everything else is refused by
/// name. The file holds either a dictionary of tensors, or a checkpoint: a dictionary where exactly one of `model`,
/// `state_dict`, `model_state_dict` and `model_dict` is a dictionary of tensors, which is then the one that is read. A
/// model in parts has a list of such dictionaries, whose names then begin with their places in it: `0.weight`.
package struct StateDictFile: Sendable {
    /// One tensor of the file.
    package struct Entry: Sendable {
        /// What one element is.
        package let elementType: ElementType
        /// The sizes of the dimensions, slowest first; empty for a scalar.
        package let shape: [Int]
        /// Where its elements are in the file.
        let view: StateDictView
    }

    /// The path as it was given.
    package let path: String
    /// The tensors by name.
    package let entries: [String: Entry]
    private let file: MappedFile

    /// Maps the file and reads what it says of its tensors: each has to lie within its storage.
    package init(path: String) throws(InputError) {
        try self.init(file: MappedFile(path: path))
    }

    init(file: MappedFile) throws(InputError) {
        let records =
            file.bytes.starts(with: StateDictRecords.zipMagic)
            ? try StateDictRecords(zip: file) : try StateDictRecords(legacy: file)
        var entries: [String: Entry] = [:]
        var byteCount = 0
        for (name, tensor) in try records.stateDict() {
            let entry = try Self.entry(name, tensor, records)
            guard entries.updateValue(entry, forKey: name) == nil else {
                throw InputError(
                    path: file.path, place: name.shownInOneLine, expected: "a name of its own",
                    found: "a name that is taken")
            }
            byteCount += entry.view.byteCount
            // Views may share a storage, but a small file should not unfold to any size.
            guard byteCount <= 16 * file.bytes.count else {
                throw InputError(
                    path: file.path, place: name.shownInOneLine,
                    expected: "tensors of at most 16 times the file's size",
                    found: "more, by sharing storages")
            }
        }
        path = file.path
        self.file = file
        self.entries = entries
    }

    /// The elements of one tensor in C order, nil where there is none of that name. They are the mapped file's own bytes
    /// where they stand so there, and a copy where not. They need not be aligned: load them as unaligned.
    package func bytes(of name: String) -> StateDictBytes? {
        entries[name].map { StateDictBytes($0.view, of: file) }
    }

    /// Lets go of the file's pages in memory.
    func releasePages() { file.release(0..<file.bytes.count) }

    private static func entry(
        _ name: String, _ tensor: PickledTensor, _ records: StateDictRecords
    ) throws(InputError) -> Entry {
        let storage = records.pickle.storages[tensor.storage]
        func wrong(_ expected: String, _ found: String) -> InputError {
            InputError(path: records.path, place: name.shownInOneLine, expected: expected, found: found)
        }
        let width = storage.elementType.byteCount
        guard let record = records.ranges[storage.key] else {
            throw wrong("a record for storage \(storage.key.shownInOneLine)", "none")
        }
        guard storage.count.multipliedReportingOverflow(by: width) == (record.count, false) else {
            throw wrong(
                "\(storage.count) elements of \(storage.elementType) in storage \(storage.key.shownInOneLine)",
                "\(record.count) bytes")
        }
        guard
            let view = StateDictView(
                shape: tensor.shape, strides: tensor.strides, offset: tensor.offset, in: storage.part, width: width,
                recordStart: record.lowerBound)
        else {
            throw wrong(
                "a view of a storage of \(storage.part.count) elements",
                "shape \(tensor.shape), strides \(tensor.strides), offset \(tensor.offset)")
        }
        return Entry(elementType: storage.elementType, shape: tensor.shape, view: view)
    }
}
