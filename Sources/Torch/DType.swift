package import ArrayFiles

/// The type of a tensor's elements; the same as in array files.
package typealias DType = ElementType

extension ElementType {
    /// libtorch's own number for the type (c10::ScalarType).
    var scalarType: Int32 {
        switch self {
        case .uint8: 0
        case .int8: 1
        case .int16: 2
        case .int32: 3
        case .int64: 4
        case .float16: 5
        case .float32: 6
        case .float64: 7
        case .bool: 11
        case .bfloat16: 15
        }
    }

    init?(scalarType: Int32) {
        switch scalarType {
        case 0: self = .uint8
        case 1: self = .int8
        case 2: self = .int16
        case 3: self = .int32
        case 4: self = .int64
        case 5: self = .float16
        case 6: self = .float32
        case 7: self = .float64
        case 11: self = .bool
        case 15: self = .bfloat16
        default: return nil
        }
    }
}

/// A Swift type whose arrays a tensor can be made from and read into.
package protocol TensorElement: BitwiseCopyable, Sendable {
    /// The matching element type.
    static var dtype: DType { get }
}

extension Float: TensorElement {
    /// 32-bit IEEE.
    package static var dtype: DType { .float32 }
}
extension Double: TensorElement {
    /// 64-bit IEEE.
    package static var dtype: DType { .float64 }
}
extension Int64: TensorElement {
    /// 64-bit signed.
    package static var dtype: DType { .int64 }
}
extension Int: TensorElement {
    /// 64-bit signed.
    package static var dtype: DType { .int64 }
}
extension Int32: TensorElement {
    /// 32-bit signed.
    package static var dtype: DType { .int32 }
}
extension UInt8: TensorElement {
    /// 8-bit unsigned.
    package static var dtype: DType { .uint8 }
}
extension Bool: TensorElement {
    /// One byte, 0 or 1.
    package static var dtype: DType { .bool }
}
