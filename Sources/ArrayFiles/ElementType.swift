/// What one element of an array file is.
package enum ElementType: Sendable, Equatable, CaseIterable {
    case float16, bfloat16, float32, float64, int8, int16, int32, int64, uint8, bool

    /// Bytes that one element takes.
    package var byteCount: Int {
        switch self {
        case .int8, .uint8, .bool: 1
        case .float16, .bfloat16, .int16: 2
        case .float32, .int32: 4
        case .float64, .int64: 8
        }
    }

    /// Whether elements can be NaN or infinite.
    package var isFloatingPoint: Bool {
        switch self {
        case .float16, .bfloat16, .float32, .float64: true
        case .int8, .int16, .int32, .int64, .uint8, .bool: false
        }
    }

    /// Bytes that an array of `shape` takes, or nil where a size is negative or the product does not fit an `Int`.
    func byteCount(ofShape shape: [Int]) -> Int? {
        // A zero anywhere makes the array empty, but only when the other sizes are sound too.
        guard shape.allSatisfy({ $0 >= 0 }) else { return nil }
        var total = byteCount
        for size in shape.sorted() {
            let (product, overflow) = total.multipliedReportingOverflow(by: size)
            if overflow { return nil }
            total = product
        }
        return total
    }
}
