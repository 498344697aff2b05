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

    /// Whether no number is a NaN or an infinity. Adding one to the exponent of such a number carries into the sign's
    /// place; a finite number never does.
    package static func isFinite(_ bytes: UnsafeRawBufferPointer, isHalf: Bool) -> Bool {
        if isHalf {
            var carries: UInt16 = 0
            for offset in stride(from: 0, to: bytes.count, by: 2) {
                carries |= (bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self) & 0x7FFF) &+ 0x0400
            }
            return carries & 0x8000 == 0
        }
        var carries: UInt32 = 0
        for offset in stride(from: 0, to: bytes.count, by: 4) {
            carries |= (bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self) & 0x7FFF_FFFF) &+ 0x0080_0000
        }
        return carries & 0x8000_0000 == 0
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
