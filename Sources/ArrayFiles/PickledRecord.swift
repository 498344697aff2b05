package import AsCLBase

/// A dictionary with numpy's arrays in it, as Python pickles it (protocols 2 to 5): read without executing anything.
/// Valid only while its bytes are.
package struct PickledRecord {
    private let bytes: UnsafeRawBufferPointer
    private let machine: PickleMachine
    private let values: [String: PickleValue]
    private let path: String

    /// Reads what there is, and no array's numbers.
    /// - Parameters:
    ///   - bytes: The pickle.
    ///   - path: What to call it in errors.
    package init(_ bytes: UnsafeRawBufferPointer, path: String) throws(InputError) {
        var machine = PickleMachine(.arrays, bytes, at: 0, path: path, name: "pickle")
        let root = try machine.run()
        guard case .dictionary = root else {
            throw InputError(path: path, place: "pickle", expected: "a dictionary", found: root.kind)
        }
        var values: [String: PickleValue] = [:]
        for case (.string(let name), let value) in machine.items(of: root) { values[name] = value }
        (self.bytes, self.machine, self.values, self.path) = (bytes, machine, values, path)
    }

    /// The keys that are texts, sorted.
    package var names: [String] { values.keys.sorted() }

    /// A whole number, in whatever form: Python's, numpy's or a text. Nil where there is none.
    package func integer(_ name: String) throws(InputError) -> Int? {
        switch values[name] {
        case .integer(let value): value
        case .string(let text): Int(text)
        case .array: try numbers(name)?.values.first.flatMap(Int.init(exactly:))
        default: nil
        }
    }

    /// Gives a text's bytes; nil where there is none of that name.
    package func withText<Result>(
        _ name: String, _ body: (Slice<UnsafeRawBufferPointer>) throws(InputError) -> Result
    ) throws(InputError) -> Result? {
        switch values[name] {
        case .string(let text):
            return try Array(text.utf8).withUnsafeBufferPointer { (text) throws(InputError) in
                try body(UnsafeRawBufferPointer(text)[...])
            }
        case .bytes(let place): return try body(bytes[place])
        default: return nil
        }
    }

    /// An array's shape; nil where there is none of that name.
    package func shape(_ name: String) -> [Int]? {
        if case .array(let array) = values[name] { machine.arrays[array].shape } else { nil }
    }

    /// An array's numbers; nil where there is none of that name.
    package func numbers(_ name: String) throws(InputError) -> NumpyNumbers? {
        guard case .array(let number) = values[name] else { return nil }
        let array = machine.arrays[number]
        guard let type = NumpyHeader.type(code: array.code), let content = array.content,
            type.byteCount(ofShape: array.shape) == content.count
        else {
            throw InputError(
                path: path, place: name.shownInOneLine, expected: "numbers of shape \(array.shape)",
                found: array.content.map { "\($0.count) bytes of \(array.code.shownInOneLine)" } ?? "Python objects")
        }
        return NumpyNumbers(
            UnsafeRawBufferPointer(rebasing: bytes[content]), shape: array.shape, type, isFortran: array.isFortran)
    }
}
