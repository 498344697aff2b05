extension Tensor {
    /// Pictures `[batch, channels, height, width]` at another size, bilinear with antialiasing. Bytes stay bytes, rounded;
    /// they are fastest when the channels lie innermost in memory.
    package func resampledAntialiased(height: Int, width: Int) throws(TorchError) -> Tensor {
        try Operators.resampleAntialiased(.tensor(self), .ints([height, width]), .bool(false))
    }
    /// self + first * second, element by element, in one pass.
    package func adding(_ first: Tensor, times second: Tensor) throws(TorchError) -> Tensor {
        try Operators.multiplyThenAdd(.tensor(self), .tensor(first), .tensor(second))
    }
}
