import CTorch

// Modes belong to the operating system's thread, so they wrap synchronous code only.

/// Runs `body` without recording for differentiation.
package func withoutGradients<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    let before = ct_grad_enabled()
    ct_set_grad_enabled(false)
    defer { ct_set_grad_enabled(before) }
    return try body()
}

/// Whether operators on this thread are recorded for differentiation.
var isRecordingGradients: Bool { ct_grad_enabled() }

/// Runs `body` in libtorch's inference mode: faster still, but its tensors can never take part in a graph.
package func inferenceMode<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    let guardObject = ct_inference_begin()
    defer { ct_inference_end(guardObject) }
    return try body()
}

/// Runs `body` with libtorch choosing a lower precision for the operators that stand it (matrix products).
package func autocast<Result>(
    _ dtype: DType, on device: Device = .cpu, _ body: () throws -> Result
) throws -> Result {
    var before = CTAutocast()
    try TorchError.check(ct_autocast_begin(device.type, dtype.scalarType, &before), "autocast(\(dtype))")
    defer { ct_autocast_end(device.type, before) }
    return try body()
}

/// libtorch as a whole.
package enum Torch {
    /// libtorch's version: `2.13.0`.
    package static var version: String { String(cString: ct_version()) }

    /// Seeds every device's default generator (dropout draws from it).
    package static func seed(_ seed: UInt64) { ct_manual_seed(seed) }

    /// The threads that one operator may use.
    package static var threadCount: Int { Int(ct_thread_count()) }

    /// Whether the processor multiplies bfloat16 numbers by itself: elsewhere such products are slower than float32's.
    package static var multipliesBFloat16: Bool { ct_multiplies_bfloat16() }

    /// From now on memory that is freed stays with the process, up to 256 MiB of it: otherwise the system takes every
    /// large tensor's pages back and clears new ones for the next, which costs an encoder a tenth of its time.
    package static func keepFreedMemory() { ct_keep_freed_memory() }

    /// Sets how many threads one operator may use.
    /// - Throws: `TorchError` when it is not positive.
    package static func setThreadCount(_ count: Int) throws(TorchError) {
        try TorchError.check(ct_set_thread_count(Int32(clamping: count)), "setThreadCount(\(count))")
    }
}
