extension Tensor {
    /// A map `[batch, channels, height, width]` at another size, bilinear between pixel centres, without antialiasing.
    /// - Parameter factor: The scale when it is not exactly the ratio of the sizes, because those were rounded.
    package func resampledBilinear(height: Int, width: Int, factor: Double? = nil) throws(TorchError) -> Tensor {
        let scale = factor.map { Argument.double($0) } ?? .none
        return try Operators.resampleBilinear(.tensor(self), .ints([height, width]), .bool(false), scale, scale)
    }
    /// A map `[batch, channels, height, width]` at another size, each pixel that of the nearest place.
    package func resampledNearest(height: Int, width: Int) throws(TorchError) -> Tensor {
        try Operators.resampleNearest(.tensor(self), .ints([height, width]), .none, .none)
    }
    /// A map `[batch, channels, height, width]` with zeros added below and to the right.
    package func padded(bottom: Int, right: Int) throws(TorchError) -> Tensor {
        try Operators.padConstant(.tensor(self), .ints([0, right, 0, bottom]), .double(0))
    }
}
