/// How the window of a two-dimensional convolution moves; the same in both directions.
package struct ConvolutionWindow: Sendable, Equatable {
    /// Pixels from one place to the next.
    package var stride: Int
    /// Zeros around the map.
    package var padding: Int
    /// Pixels between the window's taps.
    package var dilation: Int
    /// Groups of channels that do not see each other.
    package var groups: Int

    /// Makes a window.
    package init(stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1) {
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
    }

    /// What PyTorch's convolutions take after the bias.
    fileprivate var arguments: (stride: Argument, padding: Argument, dilation: Argument, groups: Argument) {
        (.ints([stride, stride]), .ints([padding, padding]), .ints([dilation, dilation]), .int(groups))
    }
}

extension Tensor {
    /// Whether this libtorch has oneDNN's convolutions with a fused addition and activation (on the CPU only).
    package static var hasFusedConvolution: Bool {
        Operators.fusedConvolution.exists && Operators.fusedConvolutionAdding.exists
    }

    /// activation(x * weight + bias + adding) for x `[batch, in, height, width]`, in one pass over the result. `adding`
    /// has the result's shape; the result takes its memory.
    package func fusedConvolution(
        _ weight: Tensor, _ bias: Tensor?, _ window: ConvolutionWindow, adding: Tensor? = nil,
        activation: Activation = .none
    ) throws(TorchError) -> Tensor {
        let (stride, padding, dilation, groups) = window.arguments
        // Weights stay in a plain layout: oneDNN's own (`mkldnn::_reorder_convolution_weight`) saves a few percent at
        // the very size of map that it was made for, and cost up to 90 times the convolution at others (measured).
        if let adding {
            let sum = try Operators.fusedConvolutionAdding(
                .tensor(adding), .tensor(self), .tensor(weight), .optional(bias), padding, stride, dilation, groups,
                .string("add"), .double(1), activation == .relu ? .string("relu") : .none, .scalars([]), .none)
            if activation != .relu { try sum.activate(activation) }  // no more than relu is fused with the addition
            return sum
        }
        let result = try Operators.fusedConvolution(
            .tensor(self), .tensor(weight), .optional(bias), padding, stride, dilation, groups,
            activation.fusedName, activation.fusedBounds, activation.fusedAlgorithm)
        if !activation.isFused { try result.activate(activation) }
        return result
    }

    /// x * weight + bias for x `[batch, in, height, width]` and a weight `[out, in / groups, height, width]`.
    package func convolution(_ weight: Tensor, _ bias: Tensor?, _ window: ConvolutionWindow) throws(TorchError)
        -> Tensor
    {
        let (stride, padding, dilation, groups) = window.arguments
        return try Operators.convolution(
            .tensor(self), .tensor(weight), .optional(bias), stride, padding, dilation, groups)
    }

    /// The greatest of every window of a map `[batch, channels, height, width]`. With `ceiling` a last window may reach
    /// over the edge.
    package func maxPooled(
        kernel: Int, stride: Int, padding: Int = 0, ceiling: Bool = false
    ) throws(TorchError) -> Tensor {
        try Operators.maxPooling(
            .tensor(self), .ints([kernel, kernel]), .ints([stride, stride]), .ints([padding, padding]), .ints([1, 1]),
            .bool(ceiling))
    }

    /// Means over a grid of `rows` x `columns` cells that cover a map `[batch, channels, height, width]`; neighbouring
    /// cells share a line of pixels where the sizes do not divide.
    package func averagePooled(rows: Int, columns: Int) throws(TorchError) -> Tensor {
        try Operators.averagePoolingTo(.tensor(self), .ints([rows, columns]))
    }

    /// `[batch, channels, height, width]` with all channels of a pixel side by side in memory; itself when it is so.
    package func channelsLast() throws(TorchError) -> Tensor {
        let channelsLast = 2  // c10::MemoryFormat
        return try Operators.contiguous(.tensor(self), .int(channelsLast))
    }
}
