import TorchNN

/// Who names a residual network's parameters.
package enum ResNetNames: Sendable {
    /// `conv1` and `bn1`; `downsample.0` and `downsample.1`.
    case torchvision
    /// `conv1` and `conv1.norm`; `shortcut` and `shortcut.norm`.
    case detectron2

    func convolution(_ number: Int, of block: ParameterScope) -> (weights: ParameterScope, norm: ParameterScope) {
        let weights = block / "conv\(number)"
        return switch self {
        case .torchvision: (weights, block / "bn\(number)")
        case .detectron2: (weights, weights / "norm")
        }
    }

    func shortcut(of block: ParameterScope) -> (weights: ParameterScope, norm: ParameterScope) {
        switch self {
        case .torchvision: (block / "downsample" / "0", block / "downsample" / "1")
        case .detectron2: (block / "shortcut", block / "shortcut" / "norm")
        }
    }
}
