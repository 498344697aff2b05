import AsCLBase

/// Reads a pickle without executing anything: it knows the opcodes of plain containers and the few names that tensors or
/// arrays are made by, and refuses everything else.
///
/// A pickle costs memory in proportion to its length, and nothing here recurses.
struct PickleMachine {
    /// Elements of tuples and lists.
    var sequences: [[PickleValue]] = []
    /// Items of dictionaries in their order.
    var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
    var storages: [PickledStorage] = []
    var tensors: [PickledTensor] = []
    var arrays: [PickledArray] = []
    /// Where the pickle ends in the bytes it was read from.
    var end: Int { reader.offset }

    /// Items of lists that became items of dictionaries.
    var copied = 0

    private let dialect: PickleDialect
    private let path: String
    private let name: String
    private let start: Int
    private var reader: ByteReader
    private var opcodeOffset = 0
    var stack: [PickleValue] = []
    /// Sizes of the stack where a mark was set.
    private var marks: [Int] = []
    var memo: [Int: PickleValue] = [:]

    /// A state dict takes some 150 bytes a tensor, an image's regions a megabyte.
    static let longest = 1 << 24
    /// Longer texts are kept as the place where they stand: nothing that long is a name.
    private static let longestText = 4096

    /// - Parameters:
    ///   - bytes: What holds the pickle from `offset` on; it may end before the bytes do.
    ///   - name: What to call it in errors.
    init(_ dialect: PickleDialect, _ bytes: UnsafeRawBufferPointer, at offset: Int, path: String, name: String) {
        let end = min(bytes.count, offset + Self.longest)
        reader = ByteReader(UnsafeRawBufferPointer(rebasing: bytes[..<end]), at: offset)
        start = offset
        self.dialect = dialect
        self.path = path
        self.name = name
    }

    /// An error at the opcode that is being read; the offset is the one that Python's `pickletools` shows.
    func wrong(_ expected: String, _ found: String) -> InputError {
        InputError(path: path, place: "\(name) byte \(opcodeOffset - start)", expected: expected, found: found)
    }

    /// Reads to the end of the pickle.
    mutating func run() throws(InputError) -> PickleValue {
        while true {
            opcodeOffset = reader.offset
            let opcode: UInt8 = try number()
            if opcode == UInt8(ascii: ".") {
                guard stack.count == 1, marks.isEmpty, let result = stack.first else {
                    throw wrong("one value at the end", "\(stack.count) values and \(marks.count) marks")
                }
                return result
            }
            try step(opcode)
        }
    }

    private mutating func step(_ opcode: UInt8) throws(InputError) {
        switch opcode {
        case 0x80:
            let version: UInt8 = try number()
            guard dialect.protocols.contains(Int(version)) else {
                throw wrong("pickle protocol \(dialect.protocols)", "protocol \(version)")
            }
        case UInt8(ascii: "("): marks.append(stack.count)
        case UInt8(ascii: "N"): stack.append(.none)
        case 0x88: stack.append(.bool(true))
        case 0x89: stack.append(.bool(false))
        case UInt8(ascii: "J"): stack.append(.integer(Int(try number(Int32.self))))
        case UInt8(ascii: "K"): stack.append(.integer(Int(try number(UInt8.self))))
        case UInt8(ascii: "M"): stack.append(.integer(Int(try number(UInt16.self))))
        case 0x8a: stack.append(.integer(try long()))
        case UInt8(ascii: "G"): stack.append(.float(Double(bitPattern: try number(UInt64.self).byteSwapped)))
        case UInt8(ascii: "X"), UInt8(ascii: "T"): stack.append(try text(Int(try number(UInt32.self))))
        case UInt8(ascii: "U"): stack.append(try text(Int(try number(UInt8.self))))
        case UInt8(ascii: "]"): stack.append(.list(keep([])))
        case UInt8(ascii: "}"): stack.append(.dictionary(keep(items: [])))
        case UInt8(ascii: ")"): stack.append(.tuple(keep([])))
        case 0x85, 0x86, 0x87: stack.append(.tuple(keep(try pop(Int(opcode) - 0x84))))
        case UInt8(ascii: "t"): stack.append(.tuple(keep(try popToMark())))
        case UInt8(ascii: "a"): try append(try pop(1))
        case UInt8(ascii: "e"): try append(try popToMark())
        case UInt8(ascii: "s"): try set(try pop(2))
        case UInt8(ascii: "u"): try set(try popToMark())
        case UInt8(ascii: "q"): memo[Int(try number(UInt8.self))] = try top()
        case UInt8(ascii: "r"): memo[Int(try number(UInt32.self))] = try top()
        case UInt8(ascii: "h"): try recall(Int(try number(UInt8.self)))
        case UInt8(ascii: "j"): try recall(Int(try number(UInt32.self)))
        case UInt8(ascii: "c"): stack.append(.global(try global()))
        case UInt8(ascii: "R"):
            let call = try pop(2)
            stack.append(try reduced(call[0], call[1]))
        case 0x81 where dialect == .tensors:
            let object = try pop(2)
            stack.append(try settings(object[0], object[1]))
        case UInt8(ascii: "b"): try build()
        case UInt8(ascii: "Q"):
            let id = try pop(1)
            stack.append(try storage(id[0]))
        case _ where dialect == .arrays && Self.laterOpcodes.contains(opcode): try laterStep(opcode)
        default:
            throw wrong(
                "the opcodes of \(dialect.rawValue) and plain containers", "opcode 0x\(String(opcode, radix: 16))")
        }
    }

    // MARK: Operands

    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) throws(InputError)
        -> Number
    {
        guard let number = reader.number(type) else { throw cutOff }
        return number
    }

    private var cutOff: InputError {
        wrong("the rest of the pickle", "its end at \(reader.bytes.count - start) bytes")
    }

    mutating func text(_ count: Int) throws(InputError) -> PickleValue {
        if count > Self.longestText { return .bytes(try place(count)) }
        guard let text = reader.text(count) else { throw wrong("\(count) bytes of UTF-8", "something else or the end") }
        return .string(text)
    }

    /// Where the next `count` bytes stand.
    mutating func place(_ count: Int) throws(InputError) -> Range<Int> {
        guard reader.take(count) != nil else { throw cutOff }
        return reader.offset - count..<reader.offset
    }

    private mutating func long() throws(InputError) -> Int {
        let count: UInt8 = try number()
        guard count <= 8 else { throw wrong("an integer of at most 64 bits", "one of \(count) bytes") }
        guard let raw = reader.take(Int(count)) else { throw cutOff }
        let magnitude = raw.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let unused = 64 - 8 * Int(count)
        // Shifted up and back down, so that its highest bit is the sign.
        return count == 0 ? 0 : Int(truncatingIfNeeded: magnitude << unused) >> unused
    }

    private mutating func global() throws(InputError) -> String {
        guard let module = reader.line(limit: 200), let name = reader.line(limit: 200) else {
            throw wrong("a module and a name in it, a line each", "something else or the end")
        }
        return try allowed([.string(module), .string(name)])
    }

    func allowed(_ parts: [PickleValue]) throws(InputError) -> String {
        guard case .string(let module) = parts[0], case .string(let name) = parts[1] else {
            throw wrong("a module and a name in it", "\(parts[0].kind) and \(parts[1].kind)")
        }
        let global = "\(module).\(name)"
        guard dialect.allows(global) else {
            throw wrong(
                "only \(dialect.rawValue) and plain containers, since nothing of a file is executed",
                "the global \(global.shownInOneLine)")
        }
        return global
    }

    // MARK: Stack

    mutating func keep(_ sequence: [PickleValue]) -> Int {
        sequences.append(sequence)
        return sequences.count - 1
    }

    mutating func keep(items: [(key: PickleValue, value: PickleValue)]) -> Int {
        dictionaries.append(items)
        return dictionaries.count - 1
    }

    func top() throws(InputError) -> PickleValue {
        guard stack.count > marks.last ?? 0, let value = stack.last else { throw wrong("a value before it", "none") }
        return value
    }

    mutating func pop(_ count: Int) throws(InputError) -> [PickleValue] {
        guard stack.count - (marks.last ?? 0) >= count else { throw wrong("\(count) values before it", "fewer") }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popToMark() throws(InputError) -> [PickleValue] {
        guard let mark = marks.popLast() else { throw wrong("a mark before it", "none") }
        defer { stack.removeSubrange(mark...) }
        return Array(stack[mark...])
    }

    private mutating func recall(_ key: Int) throws(InputError) {
        guard let value = memo[key] else { throw wrong("a value kept as number \(key)", "none") }
        stack.append(value)
    }

    private mutating func append(_ values: [PickleValue]) throws(InputError) {
        guard case .list(let list) = try top() else { throw wrong("a list to append to", try top().kind) }
        sequences[list] += values
    }

    private mutating func set(_ values: [PickleValue]) throws(InputError) {
        guard case .dictionary(let dictionary) = try top() else { throw wrong("a dictionary to fill", try top().kind) }
        guard values.count % 2 == 0 else { throw wrong("keys with values", "\(values.count) of both") }
        for index in stride(from: 0, to: values.count, by: 2) {
            dictionaries[dictionary].append((key: values[index], value: values[index + 1]))
        }
    }

    /// What an object is given once it is made: an array its numbers. An ordered dictionary has the versions of a model's
    /// layers there, and a program's arguments are what they were, which says nothing about tensors.
    private mutating func build() throws(InputError) {
        let state = try pop(1)
        switch (try top(), state[0]) {
        case (.dictionary, .dictionary): return
        case (.array(let array), .tuple(let tuple)): try fill(array, sequences[tuple])
        case (.elementType, .tuple(let tuple)): try checkOrder(sequences[tuple])
        case (let object, let state):
            throw wrong("what makes an object whole", "\(state.kind) as attributes of \(object.kind)")
        }
    }

    /// The result of calling `function`, for the calls that the dialect knows.
    private mutating func reduced(_ function: PickleValue, _ arguments: PickleValue) throws(InputError) -> PickleValue {
        guard case .global(let name) = function, case .tuple(let tuple) = arguments else {
            throw wrong("a call with a tuple of arguments", "\(function.kind) called with \(arguments.kind)")
        }
        let arguments = sequences[tuple]
        if name == "collections.OrderedDict", arguments.isEmpty { return .dictionary(keep(items: [])) }
        return switch dialect {
        case .tensors: try tensorCall(name, arguments)
        case .arrays: try arrayCall(name, arguments)
        }
    }

    /// The error for a call of no known kind.
    func wrongCall(_ name: String, _ arguments: [PickleValue]) -> InputError {
        wrong("a call that makes \(dialect.rawValue) or containers", "\(name) called with \(arguments.count) values")
    }
}

extension PickleMachine {
    /// The items of a dictionary, none of anything else.
    func items(of value: PickleValue) -> [(key: PickleValue, value: PickleValue)] {
        if case .dictionary(let dictionary) = value { dictionaries[dictionary] } else { [] }
    }
}
