package import Torch
package import TorchNN

/// A residual network's beginning: a 7x7 convolution of stride 2 and a pooling of stride 2.
package struct ResNetStem: Sendable {
    /// How the pooling (3x3, stride 2) treats the border.
    package enum Pooling: Sendable {
        /// One pixel around the map, as torchvision and detectron2 do.
        case padded
        /// None, and a last window that may reach over the edge, as Caffe does.
        case ceiling
    }

    /// Channels of the result.
    package static let channels = 64
    private let convolution: Convolution
    private let pooling: Pooling

    /// The first convolution of `scope`, with its norm.
    package init(
        _ scope: ParameterScope, names: ResNetNames = .torchvision, pooling: Pooling = .padded, epsilon: Double = 1e-5
    ) throws(TorchError) {
        let place = names.convolution(1, of: scope)
        convolution = try Convolution(
            place.weights, from: 3, to: Self.channels, kernel: 7, stride: 2, padding: 3, bias: false,
            normalizedBy: place.norm, epsilon: epsilon)
        self.pooling = pooling
    }

    /// `[batch, 3, height, width]` to `[batch, 64, height / 4, width / 4]`.
    package func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
        let map = try convolution(x, activation: .relu)
        return switch pooling {
        case .padded: try map.maxPooled(kernel: 3, stride: 2, padding: 1)
        case .ceiling: try map.maxPooled(kernel: 3, stride: 2, ceiling: true)
        }
    }
}
