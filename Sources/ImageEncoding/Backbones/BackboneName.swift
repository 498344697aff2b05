package import Torch
package import TorchNN

/// The networks that grid and global features can come from.
package enum BackboneName: String, Sendable, CaseIterable, Codable {
    case resnet18, resnet34, resnet50, resnet101, resnet152
    case mobilenetV2 = "mobilenet_v2"

    /// The side in pixels of the square that it looks at: 224, as in training, but 225 for MobileNetV2. At sides of the
    /// form 32n + 1 TensorFlow's and PyTorch's paddings agree, so that weights of either origin are served as trained.
    package var inputSide: Int { self == .mobilenetV2 ? 225 : 224 }

    /// The network along `scope`.
    package func build(_ scope: ParameterScope) throws(TorchError) -> any ImageBackbone {
        if let depth = ResNetDepth(rawValue: rawValue) { return try ResNet(scope, depth: depth) }
        return try MobileNetV2(scope)
    }
}
