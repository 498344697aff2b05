package import Torch
package import TorchNN

/// The residual networks of torchvision by depth.
package enum ResNetDepth: String, Sendable, CaseIterable {
    case resnet18, resnet34, resnet50, resnet101, resnet152

    /// Blocks of each stage.
    package var blocks: [Int] {
        switch self {
        case .resnet18: [2, 2, 2, 2]
        case .resnet34, .resnet50: [3, 4, 6, 3]
        case .resnet101: [3, 4, 23, 3]
        case .resnet152: [3, 8, 36, 3]
        }
    }

    /// What the blocks are made of.
    package var block: ResNetStage.Block {
        switch self {
        case .resnet18, .resnet34: .basic
        case .resnet50, .resnet101, .resnet152: .bottleneck
        }
    }
}

/// A residual network (He et al. 2016, "Deep Residual Learning") in torchvision's parameter names and arithmetic.
package struct ResNet: ImageBackbone {
    /// Channels of the map: 512 or 2048.
    package let channels: Int
    /// `fc`, when the weights hold it.
    package let classifier: Linear?
    private let stem: ResNetStem
    private let stages: [ResNetStage]

    /// Parameters `conv1`, `bn1`, `layer1` ... `layer4`, and `fc` where the checkpoint has one.
    package init(_ scope: ParameterScope, depth: ResNetDepth) throws(TorchError) {
        stem = try ResNetStem(scope)
        var stages: [ResNetStage] = []
        var channels = ResNetStem.channels
        for (index, blocks) in depth.blocks.enumerated() {
            let stage = try ResNetStage(
                scope / "layer\(index + 1)", block: depth.block, blocks: blocks, from: channels, width: 64 << index,
                stride: index == 0 ? 1 : 2)
            stages.append(stage)
            channels = stage.channels
        }
        self.stages = stages
        self.channels = channels
        classifier = try Linear(classifier: scope / "fc", from: channels)
    }

    /// `[batch, 3, height, width]` to `[batch, channels, height / 32, width / 32]`, rounded up.
    package func map(_ pictures: Tensor) throws(TorchError) -> Tensor {
        var map = try stem(pictures)
        for stage in stages { map = try stage(map) }
        return map
    }
}

extension Linear {
    /// The classifier at `scope`, of however many classes the checkpoint gives it; nil when there is none.
    init?(classifier scope: ParameterScope, from channels: Int) throws(TorchError) {
        guard let classes = scope.checkpointShape("weight")?.first else { return nil }
        try self.init(scope, from: channels, to: classes)
    }
}
