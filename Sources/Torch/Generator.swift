import CTorch

/// A source of random tensors with its own seed: the same seed on the same device gives the same values.
package final class Generator: @unchecked Sendable {
    let handle: CTGenerator
    /// Where it makes its values.
    package let device: Device

    /// A generator at the start of the sequence that `seed` names.
    package init(seed: UInt64, device: Device = .cpu) throws(TorchError) {
        var handle: CTGenerator?
        guard ct_generator(device.code, seed, &handle) == 0, let handle else { throw TorchError.last("Generator") }
        self.handle = handle
        self.device = device
    }

    deinit { ct_generator_release(handle) }
}
