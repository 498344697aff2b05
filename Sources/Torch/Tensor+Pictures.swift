/// How the pixels of a resized picture are computed from those around their places. Where a picture shrinks, more pixels
/// weigh in.
package enum Resampling: Sendable, Equatable {
    /// Weights that fall in a straight line.
    case bilinear
    /// Keys' cubic with a = -0.5, as Pillow has it.
    case bicubic
}

extension Tensor {
    /// Pictures `[batch, channels, height, width]` at another size, antialiased. Bytes stay bytes, rounded; they are fastest
    /// when the channels lie innermost in memory.
    package func resampledAntialiased(
        height: Int, width: Int, by resampling: Resampling = .bilinear
    ) throws(TorchError) -> Tensor {
        let resample =
            resampling == .bilinear ? Operators.resampleBilinearAntialiased : Operators.resampleBicubicAntialiased
        return try resample(.tensor(self), .ints([height, width]), .bool(false))
    }

    /// self + first * second, element by element, in one pass.
    package func adding(_ first: Tensor, times second: Tensor) throws(TorchError) -> Tensor {
        try Operators.multiplyThenAdd(.tensor(self), .tensor(first), .tensor(second))
    }
}
