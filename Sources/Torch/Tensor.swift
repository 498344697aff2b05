import CTorch

/// A libtorch tensor: one counted reference to it.
///
/// Copying the struct shares the tensor, as in libtorch. Handles may cross threads, because libtorch counts them
/// atomically and nothing here changes a tensor's shape after it was made; concurrent in-place writes to the same
/// memory remain the caller's business.
package struct Tensor: @unchecked Sendable {
    private final class Reference {
        let handle: CTTensor
        init(_ handle: CTTensor) { self.handle = handle }
        deinit { ct_release(handle) }
    }

    private let reference: Reference

    /// The type of its elements.
    package let dtype: DType

    /// Where its memory is.
    package let device: Device

    /// Takes over one strong reference to a tensor whose type and device are known.
    init(owning handle: CTTensor, dtype: DType, device: Device) {
        reference = Reference(handle)
        (self.dtype, self.device) = (dtype, device)
    }

    /// Takes over one strong reference.
    /// - Throws: `TorchError` for libtorch's other element types (complex, quantised, ...) and devices, by their names.
    init(owning handle: CTTensor, from operation: @autoclosure () -> String = "Tensor") throws(TorchError) {
        reference = Reference(handle)
        guard let dtype = DType(scalarType: ct_scalar_type(handle)), let device = Device(code: ct_device(handle)) else {
            throw TorchError(
                operation: operation(),
                reason: "expected \(DType.allCases.map { "\($0)" }.joined(separator: ", ")) on cpu or cuda, "
                    + "found \(String(cString: ct_kind(handle)))")
        }
        (self.dtype, self.device) = (dtype, device)
    }

    /// Borrowed: valid while this `Tensor` lives, so only ever used under `withExtendedLifetime`.
    var handle: CTTensor { reference.handle }

    /// Its sizes, outermost first; empty for a scalar.
    package var shape: [Int] {
        withExtendedLifetime(self) {
            let count = Int(ct_dimension_count(handle))
            guard count > 0, let sizes = ct_sizes(handle) else { return [] }
            return (0..<count).map { Int(sizes[$0]) }
        }
    }

    /// The number of elements.
    package var count: Int { withExtendedLifetime(self) { Int(ct_element_count(handle)) } }

    /// Whether its elements lie in C order without gaps.
    package var isContiguous: Bool { withExtendedLifetime(self) { ct_is_contiguous(handle) } }

    /// Whether operators on it are recorded for differentiation.
    package var requiresGradient: Bool { withExtendedLifetime(self) { ct_requires_grad(handle) } }

    /// The only element as a number (waits for the device).
    /// - Throws: `TorchError` when it holds more or fewer than one element.
    package func item() throws(TorchError) -> Double {
        var value = 0.0
        try TorchError.check(withExtendedLifetime(self) { ct_item(handle, &value) }, "item(\(shape))")
        return value
    }

    /// The elements in C order, copied (from the device when it is not the CPU).
    /// - Throws: `TorchError` when the element type differs.
    package func array<Element: TensorElement>(_ type: Element.Type = Element.self) throws(TorchError) -> [Element] {
        guard dtype == Element.dtype else {
            throw TorchError(operation: "array(\(shape))", reason: "expected \(Element.dtype), found \(dtype)")
        }
        let source = try to(device: .cpu).contiguous()
        return try source.withBytes { Array($0.bindMemory(to: Element.self)) }
    }

    /// Its memory, for reading or writing in place; it must be contiguous and on the CPU.
    package func withBytes<Result>(_ body: (UnsafeMutableRawBufferPointer) -> Result) throws(TorchError) -> Result {
        guard isContiguous else {
            throw TorchError(operation: "withBytes(\(shape))", reason: "expected a contiguous tensor")
        }
        var address: UnsafeMutableRawPointer?
        try TorchError.check(withExtendedLifetime(self) { ct_data(handle, &address) }, "withBytes(\(shape))")
        return withExtendedLifetime(self) {
            body(UnsafeMutableRawBufferPointer(start: address, count: count * dtype.byteCount))
        }
    }
}
