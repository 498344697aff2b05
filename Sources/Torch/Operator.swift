import CTorch
import Foundation

/// One argument of an operator. It owns what it points to for the whole call: the bare handle of a temporary tensor
/// could already be released when libtorch looks at it.
enum Argument {
    case none, standard
    case tensor(Tensor), optional(Tensor?), tensors([Tensor])
    case int(Int), optionalInt(Int?), double(Double), bool(Bool), ints([Int]), string(String)
    case device(Device), generator(Generator), scalars([Double])

    static func dtype(_ type: DType) -> Argument { .int(Int(type.scalarType)) }

    /// 8-byte words of scratch memory that the value's list needs.
    var scratchWords: Int {
        switch self {
        case .ints(let list): list.count
        case .tensors(let list): list.count
        case .scalars(let list): list.count
        case .string(let text): text.utf8.count / 8 + 1
        default: 0
        }
    }

    /// The C form; lists are laid into `scratch`.
    func value(_ scratch: UnsafeMutablePointer<Int64>) -> CTValue {
        switch self {
        case .none: CTValue(CT_NONE)
        case .standard: CTValue(CT_DEFAULT)
        case .tensor(let tensor): CTValue(CT_TENSOR, .init(tensor: tensor.handle))
        case .optional(let tensor): tensor.map { CTValue(CT_TENSOR, .init(tensor: $0.handle)) } ?? CTValue(CT_NONE)
        case .int(let number): CTValue(CT_INT, .init(integer: Int64(number)))
        case .optionalInt(let number): number.map { CTValue(CT_INT, .init(integer: Int64($0))) } ?? CTValue(CT_NONE)
        case .double(let number): CTValue(CT_DOUBLE, .init(real: number))
        case .bool(let flag): CTValue(CT_BOOL, .init(integer: flag ? 1 : 0))
        case .device(let device): CTValue(CT_DEVICE, .init(integer: Int64(device.code)))
        case .generator(let generator): CTValue(CT_GENERATOR, .init(generator: generator.handle))
        case .ints(let list):
            list.enumerated().reduce(into: CTValue(CT_INTS, count: list.count, scratch)) {
                scratch[$1.offset] = Int64($1.element)
            }
        case .tensors(let list):
            list.enumerated().reduce(into: CTValue(CT_TENSORS, count: list.count, scratch)) {
                scratch[$1.offset] = Int64(Int(bitPattern: $1.element.handle))
            }
        case .scalars(let list):
            list.enumerated().reduce(into: CTValue(CT_SCALARS, count: list.count, scratch)) {
                scratch[$1.offset] = Int64(bitPattern: $1.element.bitPattern)
            }
        case .string(let text):
            text.utf8.enumerated().reduce(into: CTValue(CT_STRING, count: text.utf8.count, scratch)) {
                UnsafeMutableRawPointer(scratch).storeBytes(of: $1.element, toByteOffset: $1.offset, as: UInt8.self)
            }
        }
    }

    var shape: String? {
        switch self {
        case .tensor(let tensor): "\(tensor.shape)"
        case .optional(let tensor): tensor.map { "\($0.shape)" }
        case .tensors(let list): "[" + list.map { "\($0.shape)" }.joined(separator: ", ") + "]"
        case .ints(let list): "\(list)"
        case .int(let number): "\(number)"
        case .string(let text): "\"\(text)\""
        default: nil
        }
    }
}

extension CTValue {
    fileprivate init(_ tag: Int, _ value: __Unnamed_union_value = .init(integer: 0)) {
        self.init(tag: Int32(tag), count: 0, value: value)
    }
    fileprivate init(_ tag: Int, count: Int, _ memory: UnsafeMutablePointer<Int64>) {
        self.init(tag: Int32(tag), count: Int64(count), value: .init(pointer: UnsafeRawPointer(memory)))
    }
}

/// An operator of libtorch, looked up once by name and overload.
struct Operator: @unchecked Sendable {
    let name: String
    private let handle: CTOperator?

    init(_ name: String, _ overload: String = "", in namespace: String = "aten") {
        self.name = name
        handle = ct_operator(namespace + "::" + name, overload)
    }

    /// Whether this libtorch has it.
    var exists: Bool { handle != nil }

    /// Calls it for one tensor.
    @discardableResult
    func callAsFunction(_ arguments: Argument...) throws(TorchError) -> Tensor {
        let result = try call(arguments)
        guard result.tag == CT_TENSOR, let handle = result.value.tensor else {
            throw TorchError(operation: name, reason: "it returned no tensor")
        }
        return try Tensor(owning: handle, from: name)
    }

    /// Calls it for a list of tensors.
    func list(_ arguments: Argument...) throws(TorchError) -> [Tensor] {
        let result = try call(arguments)
        guard result.tag == CT_TENSORS, let list = result.value.pointer else {
            throw TorchError(operation: name, reason: "it returned no list")
        }
        defer { free(UnsafeMutableRawPointer(mutating: list)) }
        let handles = list.assumingMemoryBound(to: CTTensor?.self)
        return try Tensor.owning(UnsafeBufferPointer(start: handles, count: Int(result.count))).compactMap(\.self)
    }

    /// Calls it for its effect.
    func run(_ arguments: Argument...) throws(TorchError) {
        let result = try call(arguments, wanted: 0)
        assert(result.tag == CT_NONE)
    }

    private func call(_ arguments: [Argument], wanted: Int64 = 1) throws(TorchError) -> CTValue {
        guard let handle else { throw TorchError(operation: name, reason: "this libtorch has no such operator") }
        var result = CTValue(CT_NONE)
        let words = arguments.reduce(0) { $0 + $1.scratchWords }
        let status = withUnsafeTemporaryAllocation(of: CTValue.self, capacity: arguments.count) { values in
            withUnsafeTemporaryAllocation(of: Int64.self, capacity: max(words, 1)) { scratch in
                guard let values = values.baseAddress, var next = scratch.baseAddress else { return CTStatus(1) }
                for (index, argument) in arguments.enumerated() {
                    (values + index).initialize(to: argument.value(next))
                    next += argument.scratchWords
                }
                return withExtendedLifetime(arguments) {
                    ct_call(handle, values, Int64(arguments.count), &result, wanted)
                }
            }
        }
        try TorchError.check(status, "\(name)(\(arguments.compactMap(\.shape).joined(separator: ", ")))")
        return result
    }
}
