import AsCLBase

/// An array as a pickle speaks of it.
struct PickledArray {
    var shape: [Int] = []
    /// numpy's code, `f4`.
    var code = ""
    var isFortran = false
    /// Where the elements stand; nil where they are Python's objects.
    var content: Range<Int>?
}

/// The names that numpy's arrays are made by.
extension PickleMachine {
    /// numpy moved its modules with version 2.
    private static let makers = Set(
        ["numpy.core", "numpy._core"].flatMap {
            ["\($0).multiarray._reconstruct", "\($0).multiarray.scalar", "\($0).numeric._frombuffer"]
        })

    static let arrayNames = makers.union(["numpy.ndarray", "numpy.dtype", "collections.OrderedDict"])

    /// Opcodes of the protocols after 2, which `torch.save` does not write.
    static let laterOpcodes: [UInt8] = [UInt8(ascii: "B"), UInt8(ascii: "C"), 0x8c, 0x8e, 0x93, 0x94, 0x95, 0x96]

    mutating func laterStep(_ opcode: UInt8) throws(InputError) {
        switch opcode {
        case 0x93: stack.append(.global(try allowed(try pop(2))))
        case 0x94: memo[memo.count] = try top()
        // A frame's length: what is in it follows.
        case 0x95: _ = try number(UInt64.self)
        case 0x8c: stack.append(try text(Int(try number(UInt8.self))))
        case UInt8(ascii: "C"): stack.append(.bytes(try place(Int(try number(UInt8.self)))))
        case UInt8(ascii: "B"): stack.append(.bytes(try place(Int(try number(UInt32.self)))))
        default: stack.append(.bytes(try place(Int(clamping: try number(UInt64.self)))))
        }
    }

    /// The result of a call that builds an array, a number or an element type.
    mutating func arrayCall(_ name: String, _ arguments: [PickleValue]) throws(InputError) -> PickleValue {
        switch (String(name.split(separator: ".").last ?? ""), arguments.count) {
        // An empty one, which is filled later.
        case ("_reconstruct", 3): return keep(PickledArray())
        case ("scalar", 2):
            guard case .elementType(let code) = arguments[0], case .bytes(let content) = arguments[1] else {
                throw wrongCall(name, arguments)
            }
            return keep(PickledArray(code: code, content: content))
        case ("_frombuffer", 4):
            guard case .bytes(let content) = arguments[0], case .elementType(let code) = arguments[1],
                let shape = integers(arguments[2]), case .string(let order) = arguments[3]
            else { throw wrongCall(name, arguments) }
            return keep(PickledArray(shape: shape, code: code, isFortran: order == "F", content: content))
        case ("dtype", 1...3):
            guard case .string(let code) = arguments[0] else { throw wrongCall(name, arguments) }
            return .elementType(code)
        default: throw wrongCall(name, arguments)
        }
    }

    /// Gives an array its version, shape, element type, order and elements.
    mutating func fill(_ array: Int, _ state: [PickleValue]) throws(InputError) {
        guard state.count == 5, let shape = integers(state[1]), case .elementType(let code) = state[2],
            case .bool(let isFortran) = state[3]
        else { throw wrong("an array's shape, element type and elements", "something else") }
        var content: Range<Int>?
        if case .bytes(let place) = state[4] { content = place }
        arrays[array] = PickledArray(shape: shape, code: code, isFortran: isFortran, content: content)
    }

    /// Throws where an element type has its bytes in another order than this machine.
    func checkOrder(_ state: [PickleValue]) throws(InputError) {
        guard state.count > 1, case .string(let order) = state[1], ["<", "|", "="].contains(order) else {
            throw wrong("little-endian numbers", "others")
        }
    }

    private mutating func keep(_ array: PickledArray) -> PickleValue {
        arrays.append(array)
        return .array(arrays.count - 1)
    }
}
