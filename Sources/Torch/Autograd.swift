import CTorch

extension Tensor {
    /// Turns recording on or off for a leaf tensor.
    package func setRequiresGradient(_ on: Bool) throws(TorchError) {
        try TorchError.check(
            withExtendedLifetime(self) { ct_set_requires_grad(handle, on) }, "setRequiresGradient(\(shape))")
    }

    /// The gradient gathered by `backward`, if any; autograd gives it the tensor's own type and device.
    package var gradient: Tensor? {
        withExtendedLifetime(self) { ct_gradient(handle) }.map { Tensor(owning: $0, dtype: dtype, device: device) }
    }

    /// Drops the gathered gradient.
    package func clearGradient() throws(TorchError) {
        try TorchError.check(withExtendedLifetime(self) { ct_clear_gradient(handle) }, "clearGradient(\(shape))")
    }

    /// Puts another gradient in place of the gathered one.
    package func setGradient(_ gradient: Tensor) throws(TorchError) {
        let status = withExtendedLifetime((self, gradient)) { ct_set_gradient(handle, gradient.handle) }
        try TorchError.check(status, "setGradient(\(shape))")
    }

    /// Has `body` called whenever `backward` has finished this leaf's gradient, by the thread that did; nil ends that.
    package func onGradient(_ body: (@Sendable () throws(TorchError) -> Void)?) throws(TorchError) {
        let status = withExtendedLifetime(self) {
            guard let body else { return ct_on_gradient(handle, nil, nil, nil) }
            return ct_on_gradient(
                handle, GradientHook.call, { $0.map { Unmanaged<GradientHook>.fromOpaque($0).release() } },
                Unmanaged.passRetained(GradientHook(body)).toOpaque())
        }
        try TorchError.check(status, "onGradient(\(shape))")
    }

    /// Keeps the Swift closure alive beside libtorch's leaf.
    private final class GradientHook: Sendable {
        let body: @Sendable () throws(TorchError) -> Void
        init(_ body: @escaping @Sendable () throws(TorchError) -> Void) { self.body = body }

        static let call: CTGradientReady = { context in
            guard let context else { return 1 }
            do throws(TorchError) {
                try Unmanaged<GradientHook>.fromOpaque(context).takeUnretainedValue().body()
                return 0
            } catch {
                ct_fail(error.description)
                return 1
            }
        }
    }

    /// Adds d(self)/d(leaf) to the gradient of every leaf that self was made from.
    /// - Parameter gradient: What to start from; may be left out for a scalar.
    package func backward(_ gradient: Tensor? = nil, retainingGraph: Bool = false) throws(TorchError) {
        let status = withExtendedLifetime((self, gradient)) { ct_backward(handle, gradient?.handle, retainingGraph) }
        try TorchError.check(status, "backward(\(shape))")
    }

    /// Gradients of `outputs`, weighted by `outputGradients`, for `inputs`; nil where an input was not used.
    package static func gradients(
        of outputs: [Tensor], weights outputGradients: [Tensor]? = nil, for inputs: [Tensor],
        retainingGraph: Bool = false
    ) throws(TorchError) -> [Tensor?] {
        var handles = [CTTensor?](repeating: nil, count: inputs.count)
        let status = withExtendedLifetime((outputs, outputGradients, inputs)) {
            ct_gradients(
                outputs.map(\.optionalHandle), outputGradients?.map(\.optionalHandle), Int64(outputs.count),
                inputs.map(\.optionalHandle), Int64(inputs.count), retainingGraph, &handles)
        }
        try TorchError.check(status, "gradients(\(inputs.map(\.shape)))")
        return try Tensor.owning(handles)
    }

    /// A function whose gradient is written by hand.
    ///
    /// `forward` runs unrecorded. `backward` gets the gradients of its results (nil where none flowed) and returns one
    /// for each of `inputs`, nil where there is none. It runs on libtorch's autograd thread.
    package static func custom(
        _ name: String, inputs: [Tensor], forward: () throws(TorchError) -> [Tensor],
        backward: @escaping @Sendable ([Tensor?]) throws(TorchError) -> [Tensor?]
    ) throws(TorchError) -> [Tensor] {
        let outputs = try withoutGradients(forward)
        let context = Unmanaged.passRetained(Backward(backward))
        let status = withExtendedLifetime((inputs, outputs)) {
            ct_attach(
                inputs.map(\.optionalHandle), Int64(inputs.count), outputs.map(\.optionalHandle), Int64(outputs.count),
                name, Backward.call, { $0.map { Unmanaged<Backward>.fromOpaque($0).release() } }, context.toOpaque())
        }
        try TorchError.check(status, name)
        return outputs
    }

    /// Takes over one strong reference each; all of them, even when one is refused.
    static func owning(_ handles: some Collection<CTTensor?>) throws(TorchError) -> [Tensor?] {
        let owned = handles.map { handle in
            handle.map { handle in Result { () throws(TorchError) in try Tensor(owning: handle) } }
        }
        var tensors: [Tensor?] = []
        for result in owned { tensors.append(try result?.get()) }
        return tensors
    }

    private var optionalHandle: CTTensor? { handle }

    /// Keeps the Swift closure alive inside libtorch's graph.
    private final class Backward: Sendable {
        let body: @Sendable ([Tensor?]) throws(TorchError) -> [Tensor?]
        init(_ body: @escaping @Sendable ([Tensor?]) throws(TorchError) -> [Tensor?]) { self.body = body }

        static let call: CTBackward = { context, outputGradients, outputCount, inputGradients, inputCount in
            guard let context, let outputGradients, let inputGradients else { return 1 }
            let body = Unmanaged<Backward>.fromOpaque(context).takeUnretainedValue().body
            do throws(TorchError) {
                let borrowed = UnsafeBufferPointer(start: outputGradients, count: Int(outputCount))
                for handle in borrowed { ct_retain(handle) }
                let results = try body(Tensor.owning(borrowed))
                guard results.count == Int(inputCount) else {
                    ct_fail("expected \(inputCount) gradients, found \(results.count)")
                    return 1
                }
                for (index, result) in results.enumerated() {
                    guard let result else { continue }
                    ct_retain(result.handle)
                    inputGradients[index] = result.handle
                }
                return 0
            } catch {
                ct_fail(error.description)
                return 1
            }
        }
    }
}
