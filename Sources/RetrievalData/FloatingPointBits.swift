/// Loops over packed float16 and float32 numbers, on their bits so that the compiler makes them vector code everywhere.
/// The bytes need not be aligned.
package enum FloatingPointBits {
    /// Writes float16 numbers, all finite, as Float.
    static func widenHalf(_ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<Float>) {
        precondition(bytes.count == 2 * target.count, "\(bytes.count) bytes for \(target.count) numbers")
        for index in 0..<target.count {
            let half = UInt32(bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
            // Exponent and fraction in Float's places are the value times 2^-112, subnormal numbers included.
            let magnitude = Float(bitPattern: (half & 0x7FFF) << 13) * 0x1p112
            target[index] = Float(bitPattern: magnitude.bitPattern | (half & 0x8000) << 16)
        }
    }

    /// Whether no number is a NaN or an infinity.
    package static func isFinite(_ bytes: UnsafeRawBufferPointer, isHalf: Bool) -> Bool {
        largestMagnitude(bytes, isHalf: isHalf).isFinite
    }

    /// The largest magnitude among the numbers, by its bits; a NaN counts as larger than infinity.
    static func largestMagnitude(_ bytes: UnsafeRawBufferPointer, isHalf: Bool) -> Float {
        if isHalf {
            var largest: Int16 = 0
            for offset in stride(from: 0, to: bytes.count, by: 2) {
                largest = max(largest, bytes.loadUnaligned(fromByteOffset: offset, as: Int16.self) & 0x7FFF)
            }
            return Float(Float16(bitPattern: UInt16(largest)))
        }
        var largest: Int32 = 0
        for offset in stride(from: 0, to: bytes.count, by: 4) {
            largest = max(largest, bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self) & 0x7FFF_FFFF)
        }
        return Float(bitPattern: UInt32(largest))
    }

    /// The first NaN or infinity, nil where there is none.
    static func firstNonFinite(_ bytes: UnsafeRawBufferPointer, isHalf: Bool) -> (index: Int, value: Float)? {
        let size = isHalf ? 2 : 4
        for index in 0..<bytes.count / size {
            let value =
                isHalf
                ? Float(bytes.loadUnaligned(fromByteOffset: 2 * index, as: Float16.self))
                : bytes.loadUnaligned(fromByteOffset: 4 * index, as: Float.self)
            if !value.isFinite { return (index, value) }
        }
        return nil
    }
}
