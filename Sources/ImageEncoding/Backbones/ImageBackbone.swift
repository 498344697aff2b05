package import Torch
package import TorchNN

/// A convolutional network from pixels to a map of features, for inference.
///
/// Pictures come as `PictureTransform` makes them by default: RGB in 0...1, less ImageNet's mean, by its deviation.
package protocol ImageBackbone: Sendable {
    /// Channels of the map.
    var channels: Int { get }
    /// Pictures `[batch, 3, height, width]` to `[batch, channels, height / 32, width / 32]`, rounded up.
    func map(_ pictures: Tensor) throws(TorchError) -> Tensor
    /// The classifier that came with the weights, if any: `[channels]` to `[classes]`.
    var classifier: Linear? { get }
}

extension ImageBackbone {
    /// The mean of a map `[batch, channels, height, width]` over its places: `[batch, channels]`.
    package func pooled(_ map: Tensor) throws(TorchError) -> Tensor { try map.mean(2, 3) }

    /// What the classifier says of a map: `[batch, classes]`; nil when the weights came without one.
    package func logits(_ map: Tensor) throws(TorchError) -> Tensor? {
        guard let classifier else { return nil }
        return try classifier(pooled(map))
    }
}
