import AsCLBase

/// The names that a state dict is made by.
extension PickleMachine {
    private static let storageTypes: [String: ElementType] = [
        "torch.HalfStorage": .float16, "torch.BFloat16Storage": .bfloat16, "torch.FloatStorage": .float32,
        "torch.DoubleStorage": .float64, "torch.CharStorage": .int8, "torch.ShortStorage": .int16,
        "torch.IntStorage": .int32, "torch.LongStorage": .int64, "torch.ByteStorage": .uint8,
        "torch.BoolStorage": .bool,
    ]

    /// A program's arguments, which checkpoints of many a program hold beside the tensors.
    private static let argumentsName = "argparse.Namespace"

    /// Names beside the storages'. The element types are mere values, which a checkpoint may hold beside its tensors.
    private static let otherTensorNames: Set<String> = Set([
        "collections.OrderedDict", "torch.Size", "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2",
        "torch._utils._rebuild_parameter", argumentsName,
    ]).union(ElementType.allCases.map { "torch.\($0)" })

    static let tensorNames = otherTensorNames.union(storageTypes.keys)

    /// The result of a call that builds a container or a tensor.
    mutating func tensorCall(_ name: String, _ arguments: [PickleValue]) throws(InputError) -> PickleValue {
        switch (name, arguments.count) {
        case ("collections.OrderedDict", 1): return .dictionary(keep(items: try pairs(arguments[0])))
        case ("torch.Size", 1):
            guard case .tuple = arguments[0] else { throw wrong("torch.Size of a tuple", arguments[0].kind) }
            return arguments[0]
        case ("torch._utils._rebuild_tensor", 4), ("torch._utils._rebuild_tensor_v2", 6): return try tensor(arguments)
        case ("torch._utils._rebuild_tensor_v2", 7):
            // Flags for lazily negated or conjugated elements, which the bytes alone would tell wrong.
            guard case .dictionary(let flags) = arguments[6], dictionaries[flags].isEmpty else {
                throw wrong("a tensor without flags", "a tensor with some")
            }
            return try tensor(arguments)
        case ("torch._utils._rebuild_parameter", 3):
            guard case .tensor = arguments[0] else { throw wrong("a parameter that is a tensor", arguments[0].kind) }
            return arguments[0]
        default: throw wrongCall(name, arguments)
        }
    }

    /// An object of the class `type` that is not made: a program's arguments, as a dictionary of nothing.
    mutating func settings(_ type: PickleValue, _ arguments: PickleValue) throws(InputError) -> PickleValue {
        guard case .global(Self.argumentsName) = type, case .tuple(let tuple) = arguments, sequences[tuple].isEmpty
        else { throw wrong("no object but a program's arguments", "\(type.kind) made with \(arguments.kind)") }
        return .dictionary(keep(items: []))
    }

    /// The items of a list of pairs, which is how Python 2 wrote ordered dictionaries.
    private mutating func pairs(_ value: PickleValue) throws(InputError) -> [(key: PickleValue, value: PickleValue)] {
        guard case .list(let list) = value else { throw wrong("a list of pairs", value.kind) }
        // A few bytes may copy the same long list again and again.
        copied += sequences[list].count
        guard copied <= 1 << 20 else { throw wrong("at most \(1 << 20) copied items", "more") }
        var result: [(key: PickleValue, value: PickleValue)] = []
        for item in sequences[list] {
            switch item {
            case .list(let pair) where sequences[pair].count == 2, .tuple(let pair) where sequences[pair].count == 2:
                result.append((key: sequences[pair][0], value: sequences[pair][1]))
            default: throw wrong("a list of pairs", "\(item.kind) in it")
            }
        }
        return result
    }

    /// Storage, offset, shape and strides; whether it takes gradients and its hooks do not matter here.
    private mutating func tensor(_ arguments: [PickleValue]) throws(InputError) -> PickleValue {
        guard case .storage(let storage) = arguments[0], case .integer(let offset) = arguments[1],
            let shape = integers(arguments[2]), let strides = integers(arguments[3]), shape.count == strides.count
        else {
            throw wrong(
                "a storage, an offset, a shape and as many strides",
                arguments.prefix(4).map(\.kind).joined(separator: ", "))
        }
        tensors.append(PickledTensor(storage: storage, offset: offset, shape: shape, strides: strides))
        return .tensor(tensors.count - 1)
    }

    /// A shape or strides; libtorch and numpy have at most 64 dimensions.
    func integers(_ value: PickleValue) -> [Int]? {
        guard case .tuple(let tuple) = value, sequences[tuple].count <= 64 else { return nil }
        var result: [Int] = []
        for case .integer(let integer) in sequences[tuple] { result.append(integer) }
        return result.count == sequences[tuple].count ? result : nil
    }

    /// A persistent id: `("storage", type, key, device, elements)`, and in the format before PyTorch 1.6 one more, nil
    /// or the part of the record that this storage is: `(key, offset, elements)`.
    mutating func storage(_ id: PickleValue) throws(InputError) -> PickleValue {
        guard case .tuple(let tuple) = id, (5...6).contains(sequences[tuple].count),
            case .string("storage") = sequences[tuple][0], case .global(let type) = sequences[tuple][1],
            let elementType = Self.storageTypes[type], case .string(let key) = sequences[tuple][2],
            case .integer(let count) = sequences[tuple][4], count >= 0
        else { throw wrong("a persistent id of a storage", "another") }
        var part = 0..<count
        if sequences[tuple].count == 6, case .tuple(let view) = sequences[tuple][5] {
            guard sequences[view].count == 3, case .integer(let offset) = sequences[view][1],
                case .integer(let partCount) = sequences[view][2], (0...count).contains(offset),
                (0...count - offset).contains(partCount)
            else { throw wrong("a part of a storage of \(count) elements", "another") }
            part = offset..<offset + partCount
        }
        storages.append(PickledStorage(key: key, elementType: elementType, count: count, part: part))
        return .storage(storages.count - 1)
    }
}
