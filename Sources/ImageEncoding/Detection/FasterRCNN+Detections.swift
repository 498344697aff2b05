package import Torch
import TorchNN

extension FasterRCNN {
    /// What torchvision's model returns: up to 100 boxes of probability above 0.05, refined for their class, after
    /// non-maximum suppression at 0.5 within each class, by falling score.
    package func detections(in picture: Picture) throws(TorchError) -> [Detection] {
        try inferenceMode { () throws(TorchError) in
            let input = try input(picture)
            let (regions, deltas) = try score(input)
            let classes = configuration.classNames.count
            let coding = BoxCoding(weights: (shift: 10, size: 5), convention: .torchvision)
            let (width, height) = (Float(input.size.width), Float(input.size.height))
            var found: [Detection] = []
            for place in regions.probabilities.indices where regions.probabilities[place] > 0.05 {
                let (region, label) = place.quotientAndRemainder(dividingBy: classes)
                guard label != 0 else { continue }
                let box = coding.decode(deltas, at: 4 * place, from: regions.boxes[region]).clipped(width, height)
                guard box.right - box.left >= 0.01, box.bottom - box.top >= 0.01 else { continue }
                found.append(Detection(box: box, label: label, score: regions.probabilities[place]))
            }
            let kept = try RegionKernels.suppress(
                found.map(\.box), scores: found.map(\.score), groups: found.map { Int32($0.label) },
                overlap: .init(threshold: 0.5, convention: .torchvision), limit: 100)
            let (x, y) = (Float(picture.width) / width, Float(picture.height) / height)
            return kept.map {
                Detection(box: found[$0].box.scaled(x, y), label: found[$0].label, score: found[$0].score)
            }
        }
    }

    /// A model from torchvision's state dict, in its present key names or those of the published files of 2019
    /// (`backbone.fpn.inner_blocks.0.weight`, `rpn.head.conv.weight`).
    /// - Parameter origin: The file's path, for errors.
    /// - Throws: `ParameterError` that lists every missing, misshaped and left-over parameter.
    package static func load(
        _ tensors: [String: Tensor], from origin: String, device: Device = .cpu,
        configuration: FasterRCNNConfiguration = .init()
    ) throws -> FasterRCNN {
        let renamed = Dictionary(tensors.map { (presentName($0), $1) }) { present, _ in present }
        return try ParameterStore.load(renamed, from: origin, device: device) { try FasterRCNN($0, configuration) }
            .model
    }

    /// A convolution alone became a convolution in a sequence, in the pyramid and in the proposals' head.
    private static func presentName(_ name: String) -> String {
        let parts = name.split(separator: ".")
        guard let last = parts.last else { return name }
        let path = parts.dropLast()
        if path.count == 4, name.hasPrefix("backbone.fpn.inner_blocks.") || name.hasPrefix("backbone.fpn.layer_blocks.")
        {
            return path.joined(separator: ".") + ".0.\(last)"
        }
        return path.joined(separator: ".") == "rpn.head.conv" ? "rpn.head.conv.0.0.\(last)" : name
    }
}

extension FasterRCNN: RegionDetector {
    /// Values a region.
    package var regionDimension: Int { configuration.representation }
    /// Names of the region classes by number, the background first.
    package var classNames: [String] { configuration.classNames }
    /// The network and its settings in one line, without its weights.
    package var identity: String {
        "faster-rcnn-fpn blocks \(configuration.blocks) sides \(configuration.shortSide)-\(configuration.longSide)"
            + " epsilon \(configuration.normEpsilon)"
    }

    /// The size that the network sees.
    package func smallestUsefulSize(width: Int, height: Int) -> PictureSize {
        preprocessing.size(width: width, height: height)
    }

    /// Exactly `count` regions, the most confident first.
    ///
    /// A region's feature is the head's second layer over its proposal.
    package func regions(of picture: Picture, count: Int) throws -> DetectedRegions {
        try inferenceMode { () throws(TorchError) in
            let input = try input(picture)
            let (x, y) = (1 / Float(input.size.width), 1 / Float(input.size.height))
            let overlap = RegionKernels.Overlap(threshold: 0.3, convention: .torchvision)
            return try score(input).regions.mostConfident(count, overlap: overlap) { $0.scaled(x, y) }
        }
    }
}
