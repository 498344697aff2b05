package import Torch
package import TorchNN

/// The bottom-up attention extractor; `BottomUpAttentionConfiguration` tells what it rests on.
package struct BottomUpAttention: Sendable {
    let configuration: BottomUpAttentionConfiguration
    let preprocessing: DetectorPreprocessing
    private let device: Device
    private let stem: ResNetStem
    private let stages: [ResNetStage]
    private let proposalConvolution, proposalScores, proposalDeltas: Convolution
    private let regionStage: ResNetStage
    private let classScores: Linear

    /// Parameters under detectron2's names: `backbone`, `proposal_generator.rpn_head`, `roi_heads`.
    package init(
        _ scope: ParameterScope, _ configuration: BottomUpAttentionConfiguration = .init()
    ) throws(TorchError) {
        let epsilon = configuration.normEpsilon
        stem = try ResNetStem(
            scope / "backbone" / "stem", names: .detectron2, pooling: .ceiling, epsilon: epsilon)
        func stage(_ scope: ParameterScope, _ index: Int, from channels: Int) throws(TorchError) -> ResNetStage {
            let isLast = index == 3
            return try ResNetStage(
                scope / "res\(index + 2)", block: .bottleneck, blocks: configuration.blocks[index], from: channels,
                width: configuration.width << index, stride: index == 0 || isLast ? 1 : 2,
                dilation: isLast ? configuration.dilation : 1, strideIn1x1: true, names: .detectron2, epsilon: epsilon)
        }
        var stages: [ResNetStage] = []
        for index in 0..<3 {
            stages.append(
                try stage(scope / "backbone", index, from: stages.last?.channels ?? ResNetStem.channels))
        }
        self.stages = stages
        let channels = configuration.width * 16
        let proposals = scope / "proposal_generator" / "rpn_head"
        let width = configuration.proposalWidth
        proposalConvolution = try Convolution(proposals / "conv", from: channels, to: width, kernel: 3, padding: 1)
        proposalScores = try Convolution(
            proposals / "objectness_logits", from: width, to: 2 * Self.anchors.count, kernel: 1)
        proposalDeltas = try Convolution(
            proposals / "anchor_deltas", from: width, to: 4 * Self.anchors.count, kernel: 1)
        regionStage = try stage(scope / "roi_heads", 3, from: channels)
        let predictor = scope / "roi_heads" / "box_predictor"
        classScores = try Linear(predictor / "cls_score", from: 2 * channels, to: configuration.classNames.count)
        device = classScores.weight.device
        self.configuration = configuration
        preprocessing = .caffe(shortSide: configuration.shortSide, longSide: configuration.longSide)
        // A region keeps its proposal's box, and attributes are not asked for. Buffers hold what is known anyway.
        for layer in ["bbox_pred", "attr_linear1", "attr_linear2"] {
            (predictor / layer).tolerate("weight")
            (predictor / layer).tolerate("bias")
        }
        (predictor / "cls_embed").tolerate("weight")
        (scope / "proposal_generator" / "anchor_generator" / "cell_anchors").tolerate("0")
        for name in ["pixel_mean", "pixel_std"] { scope.tolerate(name) }
    }

    static let anchors = Anchors.caffe(base: 16, ratios: [0.5, 1, 2], scales: [4, 8, 16, 32])
    static let mapStride = 16
    static let cells = 14

    /// A model from the state dict of the public PyTorch conversion, with or without attributes.
    /// - Parameter origin: The file's path, for errors.
    /// - Throws: `ParameterError` that lists every missing, misshaped and left-over parameter.
    package static func load(
        _ tensors: [String: Tensor], from origin: String, device: Device = .cpu,
        configuration: BottomUpAttentionConfiguration = .init()
    ) throws -> BottomUpAttention {
        try ParameterStore.load(tensors, from: origin, device: device) { try BottomUpAttention($0, configuration) }
            .model
    }

    func score(_ input: DetectorInput, scale: Double) throws(TorchError) -> ScoredRegions {
        var map = try stem(input.tensor)
        for stage in stages { map = try stage(map) }
        let boxes = try propose(map, input, scale: scale)
        // Some regions at a time, because their maps would take gigabytes.
        var parts: [Tensor] = []
        for start in stride(from: 0, to: boxes.count, by: 32) {
            let some = Array(boxes[start..<min(start + 32, boxes.count)])
            let cells = try RegionKernels.pool(map, some, size: Self.cells, scale: 1 / Float(Self.mapStride))
            parts.append(try regionStage(cells).mean(2, 3))
        }
        let features = try Tensor.concatenated(parts)
        return ScoredRegions(
            boxes: boxes, features: features, probabilities: try classScores(features).softmax(-1).array())
    }

    private func propose(_ map: Tensor, _ input: DetectorInput, scale: Double) throws(TorchError) -> [Box] {
        let hidden = try proposalConvolution(map, activation: .relu)
        let count = Self.anchors.count
        let scores = try proposalScores(hidden)
        // The softmax of two grows with their difference.
        let score = try scores.sliced(1, count..<2 * count) - scores.sliced(1, 0..<count)
        let grid = AnchorGrid(
            anchors: Self.anchors, rows: map.shape[2], columns: map.shape[3], strideX: Self.mapStride,
            strideY: Self.mapStride)
        let level = ProposalLevel(
            grid: grid, scores: try score.permuted([0, 2, 3, 1]).array(),
            deltas: try proposalDeltas(hidden).permuted([0, 2, 3, 1]).array())
        let boxes = try configuration.proposals.boxes(
            [level], width: input.size.width, height: input.size.height,
            smallestSide: configuration.smallestSide * Float(scale))
        return boxes.isEmpty ? [input.whole(.caffe)] : boxes
    }

    func input(_ picture: Picture) throws(TorchError) -> DetectorInput { try preprocessing(picture, on: device) }
}

extension BottomUpAttention: RegionDetector {
    /// Values a region.
    package var regionDimension: Int { configuration.width * 32 }
    /// Names of the region classes by number, the background first.
    package var classNames: [String] { configuration.classNames }
    /// The network and its settings in one line, without its weights.
    package var identity: String {
        "bottom-up-attention blocks \(configuration.blocks) sides \(configuration.shortSide)-\(configuration.longSide)"
            + " dilation \(configuration.dilation) proposals \(configuration.proposalCounts.after)"
            + " overlap \(configuration.overlap)"
    }

    /// The size that the network sees.
    package func smallestUsefulSize(width: Int, height: Int) -> PictureSize {
        preprocessing.size(width: width, height: height)
    }

    /// Exactly `count` regions, the most confident first.
    ///
    /// A region's feature is the mean of the fifth stage over its proposal.
    package func regions(of picture: Picture, count: Int) throws -> DetectedRegions {
        try inferenceMode { () throws(TorchError) in
            let scale = preprocessing.factor(width: picture.width, height: picture.height)
            let x = Float(1 / (scale * Double(picture.width)))
            let y = Float(1 / (scale * Double(picture.height)))
            let overlap = RegionKernels.Overlap(threshold: configuration.overlap, convention: .caffe)
            return try score(input(picture), scale: scale).mostConfident(count, overlap: overlap) { $0.scaled(x, y) }
        }
    }
}
