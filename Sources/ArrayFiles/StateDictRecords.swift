import AsCLBase

/// What a file of `torch.save` is made of: a pickle, and the records that its storages are.
struct StateDictRecords {
    let path: String
    let pickle: PickleMachine
    let root: PickleValue
    /// Where in the file each storage stands, by its key.
    let ranges: [String: Range<Int>]

    static let zipMagic: [UInt8] = [0x50, 0x4b, 3, 4]
    /// The pickle of the number 0x1950a86a20f9469cfc6c.
    static let legacyMagic: [UInt8] = [
        0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
    ]
    private static let checkpointKeys = ["model", "state_dict", "model_state_dict", "model_dict"]
    /// The most parts of a model in several, each with a dictionary of its own.
    private static let mostParts = 16

    /// The zip format: `NAME/data.pkl`, and every storage `NAME/data/KEY`.
    init(zip file: MappedFile) throws(InputError) {
        path = file.path
        let entries = try ZipDirectory(file.bytes, path: path).entries.mapValues(\.content)
        func wrong(_ place: String, _ expected: String, _ found: String) -> InputError {
            InputError(path: file.path, place: place, expected: expected, found: found)
        }
        let pickles = entries.filter { $0.key.hasSuffix("/data.pkl") && $0.key.count { $0 == "/" } == 1 }
        guard pickles.count == 1, let (name, range) = pickles.first else {
            throw wrong("zip directory", "one data.pkl, as torch.save writes it", "\(pickles.count)")
        }
        let folder = name.dropLast("data.pkl".count)
        if let order = entries["\(folder)byteorder"], !file.bytes[order].elementsEqual("little".utf8) {
            throw wrong("byteorder", "little", "another")
        }
        guard range.count <= PickleMachine.longest else {
            throw wrong("data.pkl", "at most \(PickleMachine.longest) bytes", "\(range.count)")
        }
        var pickle = PickleMachine(
            .tensors, UnsafeRawBufferPointer(rebasing: file.bytes[..<range.upperBound]), at: range.lowerBound,
            path: path,
            name: "data.pkl")
        root = try pickle.run()
        self.pickle = pickle
        var ranges: [String: Range<Int>] = [:]
        for (name, range) in entries where name.hasPrefix("\(folder)data/") {
            ranges[String(name.dropFirst(folder.count + 5))] = range
        }
        self.ranges = ranges
    }

    /// The format before: five pickles (a magic number, a version, facts of the machine, the value, the storages' keys),
    /// then each storage as its number of elements and these.
    init(legacy file: MappedFile) throws(InputError) {
        path = file.path
        let bytes = file.bytes
        func wrong(_ place: String, _ expected: String, _ found: String) -> InputError {
            InputError(path: file.path, place: place, expected: expected, found: found)
        }
        guard bytes.starts(with: Self.legacyMagic) else {
            throw wrong("first bytes", "those of a file by torch.save", "others")
        }
        func next(_ name: String, at offset: Int) throws(InputError) -> (PickleMachine, PickleValue) {
            var machine = PickleMachine(.tensors, bytes, at: offset, path: file.path, name: name)
            let value = try machine.run()
            return (machine, value)
        }
        let (version, number) = try next("version", at: Self.legacyMagic.count)
        guard case .integer(1001) = number else { throw wrong("version", "1001", number.kind) }
        let (machine, facts) = try next("machine", at: version.end)
        guard
            machine.items(of: facts).contains(where: { item in
                if case (.string("little_endian"), .bool(true)) = item { true } else { false }
            })
        else { throw wrong("machine", "little_endian: True", "another order of bytes") }
        (pickle, root) = try next("state dict's pickle", at: machine.end)
        let (keys, list) = try next("storage keys", at: pickle.end)
        guard case .list(let sequence) = list else { throw wrong("storage keys", "a list", list.kind) }
        var types: [String: ElementType] = [:]
        for storage in pickle.storages {
            guard
                types.updateValue(storage.elementType, forKey: storage.key) ?? storage.elementType
                    == storage.elementType
            else { throw wrong("storage \(storage.key.shownInOneLine)", "one element type", "two") }
        }
        var reader = ByteReader(bytes, at: keys.end)
        var ranges: [String: Range<Int>] = [:]
        for value in keys.sequences[sequence] {
            guard case .string(let key) = value, let width = types[key]?.byteCount, ranges[key] == nil else {
                throw wrong("storage keys", "each storage once", value.kind)
            }
            guard let count = reader.number(UInt64.self), count <= UInt64(bytes.count / width),
                reader.take(Int(count) * width) != nil
            else { throw wrong("storage \(key.shownInOneLine)", "its number of elements and these", "the file's end") }
            ranges[key] = reader.offset - Int(count) * width..<reader.offset
        }
        guard reader.offset == bytes.count else {
            throw wrong("after the last storage", "the file's end", "\(bytes.count - reader.offset) bytes more")
        }
        self.ranges = ranges
    }

    /// The tensors by name, in the file's order: the root's where it holds nothing else, or those of the one checkpoint
    /// key that holds nothing else.
    func stateDict() throws(InputError) -> [(name: String, tensor: PickledTensor)] {
        if let tensors = tensors(of: root) { return tensors }
        let nested = pickle.items(of: root).filter { item in
            if case .string(let key) = item.key { Self.checkpointKeys.contains(key) } else { false }
        }
        let found = nested.compactMap { tensors(of: $0.value) }
        guard found.count == 1, let result = found.first else {
            let names = Self.checkpointKeys.joined(separator: ", ")
            throw InputError(
                path: path, place: "state dict",
                expected: "a dictionary of tensors alone, at the root or as one of \(names)",
                found: found.count > 1
                    ? "\(found.count) of them" : foreign(in: nested.count == 1 ? nested[0].value : root))
        }
        return result
    }

    /// Nil where there is anything but tensors with names, or nothing. Of a list of dictionaries names begin with a
    /// dictionary's place in it: `0.weight`.
    private func tensors(of value: PickleValue) -> [(name: String, tensor: PickledTensor)]? {
        guard case .list(let list) = value else { return tensors(ofDictionary: value) }
        guard pickle.sequences[list].count <= Self.mostParts else { return nil }
        var result: [(name: String, tensor: PickledTensor)] = []
        for (place, part) in pickle.sequences[list].enumerated() {
            guard let own = tensors(ofDictionary: part) else { return nil }
            result += own.map { ("\(place).\($0.name)", $0.tensor) }
        }
        return result.isEmpty ? nil : result
    }

    private func tensors(ofDictionary value: PickleValue) -> [(name: String, tensor: PickledTensor)]? {
        var result: [(name: String, tensor: PickledTensor)] = []
        for (key, value) in pickle.items(of: value) {
            guard case .string(let name) = key, case .tensor(let tensor) = value else { return nil }
            result.append((name, pickle.tensors[tensor]))
        }
        return result.isEmpty ? nil : result
    }

    /// What keeps a value from being a dictionary of tensors.
    private func foreign(in value: PickleValue) -> String {
        guard case .dictionary = value else { return value.kind }
        for (key, value) in pickle.items(of: value) {
            guard case .string(let name) = key else { return "\(key.kind) as a key" }
            guard case .tensor = value else { return "\(value.kind) under \(name.shownInOneLine)" }
        }
        return "an empty dictionary"
    }
}
