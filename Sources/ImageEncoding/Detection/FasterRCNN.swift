import Foundation
package import Torch
package import TorchNN

/// torchvision's Faster R-CNN: a residual network, a feature pyramid, a region proposal network, and a head of two
/// fully connected layers over 7x7 cells of every proposal (Ren et al. 2015; Lin et al. 2017).
///
/// A region's feature is the head's second layer, after its rectifier, at the proposal (not at the refined box).
package struct FasterRCNN: Sendable {
    let configuration: FasterRCNNConfiguration
    let preprocessing: DetectorPreprocessing
    private let device: Device
    private let stem: ResNetStem
    private let stages: [ResNetStage]
    private let pyramid: FeaturePyramid
    private let proposalConvolution, proposalScores, proposalDeltas: Convolution
    private let hidden: [Linear]
    private let classScores, boxDeltas: Linear

    /// Parameters under torchvision's names: `backbone.body`, `backbone.fpn`, `rpn.head`, `roi_heads`.
    package init(_ scope: ParameterScope, _ configuration: FasterRCNNConfiguration = .init()) throws(TorchError) {
        let body = scope / "backbone" / "body"
        let epsilon = configuration.normEpsilon
        stem = try ResNetStem(body, epsilon: epsilon)
        var stages: [ResNetStage] = []
        for (index, count) in configuration.blocks.enumerated() {
            stages.append(
                try ResNetStage(
                    body / "layer\(index + 1)", block: .bottleneck, blocks: count,
                    from: stages.last?.channels ?? ResNetStem.channels, width: configuration.width << index,
                    stride: index == 0 ? 1 : 2, epsilon: epsilon))
        }
        self.stages = stages
        let width = configuration.pyramidWidth
        pyramid = try FeaturePyramid(scope / "backbone" / "fpn", from: stages.map(\.channels), to: width)
        let proposals = scope / "rpn" / "head"
        proposalConvolution = try Convolution(
            proposals / "conv" / "0" / "0", from: width, to: width, kernel: 3, padding: 1)
        proposalScores = try Convolution(proposals / "cls_logits", from: width, to: Self.ratios.count, kernel: 1)
        proposalDeltas = try Convolution(proposals / "bbox_pred", from: width, to: 4 * Self.ratios.count, kernel: 1)
        let head = scope / "roi_heads"
        let (representation, classes) = (configuration.representation, configuration.classNames.count)
        let first = try Linear(
            head / "box_head" / "fc6", from: width * Self.cells * Self.cells, to: representation)
        hidden = [first, try Linear(head / "box_head" / "fc7", from: representation, to: representation)]
        classScores = try Linear(head / "box_predictor" / "cls_score", from: representation, to: classes)
        boxDeltas = try Linear(head / "box_predictor" / "bbox_pred", from: representation, to: 4 * classes)
        device = first.weight.device
        self.configuration = configuration
        preprocessing = .torchvision(shortSide: configuration.shortSide, longSide: configuration.longSide)
    }

    static let ratios: [Float] = [0.5, 1, 2]
    static let cells = 7

    /// What the network makes of a picture: every proposal, and the head's four values a class of each.
    func score(_ input: DetectorInput) throws(TorchError) -> (regions: ScoredRegions, deltas: [Float]) {
        var maps: [Tensor] = []
        var x = try stem(input.tensor)
        for stage in stages {
            x = try stage(x)
            maps.append(x)
        }
        let levels = try pyramid(maps)
        let boxes = try propose(levels, input)
        var features = try cut(levels, boxes)
        for layer in hidden { features = try layer(features).relu() }
        let regions = ScoredRegions(
            boxes: boxes, features: features, probabilities: try classScores(features).softmax(-1).array())
        return (regions, try boxDeltas(features).array())
    }

    private func propose(_ maps: [Tensor], _ input: DetectorInput) throws(TorchError) -> [Box] {
        let padded = input.tensor.shape
        var levels: [ProposalLevel] = []
        for (index, map) in maps.enumerated() {
            let hidden = try proposalConvolution(map, activation: .relu)
            let (rows, columns) = (map.shape[2], map.shape[3])
            let grid = AnchorGrid(
                anchors: Anchors.torchvision(size: Float(32 << index), ratios: Self.ratios), rows: rows,
                columns: columns, strideX: padded[3] / columns, strideY: padded[2] / rows)
            levels.append(
                ProposalLevel(
                    grid: grid, scores: try proposalScores(hidden).permuted([0, 2, 3, 1]).array(),
                    deltas: try proposalDeltas(hidden).permuted([0, 2, 3, 1]).array()))
        }
        let boxes = try configuration.proposals.boxes(
            levels, width: input.size.width, height: input.size.height, smallestSide: 1e-3)
        return boxes.isEmpty ? [input.whole(.torchvision)] : boxes
    }

    /// Cells `[boxes, pyramid width * 7 * 7]`, each box from the map that suits its size.
    private func cut(_ maps: [Tensor], _ boxes: [Box]) throws(TorchError) -> Tensor {
        let levels = boxes.map { box in
            let side = ((box.right - box.left) * (box.bottom - box.top)).squareRoot()
            return Int(min(max((4 + log2f(side / 224) + 1e-6).rounded(.down), 2), 5)) - 2
        }
        var parts: [Tensor] = []
        var order: [Int] = []
        for level in 0..<4 {
            let own = boxes.indices.filter { levels[$0] == level }
            if own.isEmpty { continue }
            let cells = try RegionKernels.align(
                maps[level], own.map { boxes[$0] }, size: Self.cells, scale: 1 / Float(4 << level), samples: 2,
                aligned: false)
            parts.append(try cells.reshaped([own.count, -1]))
            order += own
        }
        let places = order.indices.sorted { order[$0] < order[$1] }
        return try Tensor.concatenated(parts).indexSelect(Tensor(places, shape: [places.count]).to(device: device))
    }

    func input(_ picture: Picture) throws(TorchError) -> DetectorInput { try preprocessing(picture, on: device) }
}
