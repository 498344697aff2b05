import ArrayFiles
import CTorch

extension Tensor {
    /// A tensor of this shape with whatever the memory held.
    package static func empty(
        _ shape: [Int], dtype: DType = .float32, device: Device = .cpu
    ) throws(TorchError) -> Tensor {
        var handle: CTTensor?
        let status = ct_empty(shape.map(Int64.init), Int64(shape.count), dtype.scalarType, device.code, &handle)
        guard status == 0, let handle else { throw TorchError.last("empty(\(shape))") }
        return try Tensor(owning: handle)
    }

    /// The values in C order.
    /// - Throws: `TorchError` when the count does not fill the shape.
    package init<Element: TensorElement>(_ values: [Element], shape: [Int]) throws(TorchError) {
        let tensor = try Tensor.empty(shape, dtype: Element.dtype)
        guard tensor.count == values.count else {
            throw TorchError(
                operation: "Tensor(\(shape))", reason: "expected \(tensor.count) values, found \(values.count)")
        }
        try tensor.withBytes { memory in values.withUnsafeBytes { memory.copyMemory(from: $0) } }
        self = tensor
    }

    /// A scalar.
    package init(_ value: Float) throws(TorchError) { try self.init([value], shape: []) }

    /// Foreign memory as a tensor, which keeps `owner` alive; nothing is copied.
    ///
    /// The memory must hold the whole shape and must not be written to when it is mapped read-only.
    package init(
        wrapping memory: UnsafeRawBufferPointer, shape: [Int], dtype: DType, owner: AnyObject
    ) throws(TorchError) {
        let expected = shape.reduce(dtype.byteCount, *)
        guard memory.count == expected else {
            throw TorchError(
                operation: "Tensor(wrapping: \(shape))", reason: "expected \(expected) bytes, found \(memory.count)")
        }
        var handle: CTTensor?
        let retained = Unmanaged.passRetained(owner)
        let status = ct_wrap(
            UnsafeMutableRawPointer(mutating: memory.baseAddress), shape.map(Int64.init), Int64(shape.count),
            dtype.scalarType, { context in context.map { Unmanaged<AnyObject>.fromOpaque($0).release() } },
            retained.toOpaque(), &handle)
        guard status == 0, let handle else {
            retained.release()
            throw TorchError.last("Tensor(wrapping: \(shape))")
        }
        try self.init(owning: handle)
    }

    /// Every element the same.
    package static func full(
        _ shape: [Int], _ value: Double, dtype: DType = .float32, device: Device = .cpu
    ) throws(TorchError) -> Tensor {
        try Operators.full(.ints(shape), .double(value), .dtype(dtype), .none, .device(device))
    }

    /// All zeros.
    package static func zeros(
        _ shape: [Int], dtype: DType = .float32, device: Device = .cpu
    ) throws(TorchError) -> Tensor {
        try full(shape, 0, dtype: dtype, device: device)
    }

    /// 0, 1, ... as int64.
    package static func range(_ count: Int, device: Device = .cpu) throws(TorchError) -> Tensor {
        try Operators.arange(.int(count), .dtype(.int64), .none, .device(device))
    }

    /// Standard normal values from `generator`.
    package static func normal(_ shape: [Int], generator: Generator, dtype: DType = .float32) throws(TorchError)
        -> Tensor
    {
        try Operators.normalInPlace(
            .tensor(empty(shape, dtype: dtype, device: generator.device)), .double(0), .double(1), .generator(generator)
        )
    }

    /// Values uniform in [low, high) from `generator`.
    package static func uniform(
        _ shape: [Int], _ low: Double, _ high: Double, generator: Generator, dtype: DType = .float32
    ) throws(TorchError) -> Tensor {
        try Operators.uniformInPlace(
            .tensor(empty(shape, dtype: dtype, device: generator.device)), .double(low), .double(high),
            .generator(generator))
    }
}
