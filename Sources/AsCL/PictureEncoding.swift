import AsCLBase
import FeatureExtraction
import Foundation
import ImageEncoding
import Torch

/// What turns pictures into the features that a model reads. It has to be what the model was trained on.
public enum PictureEncoding: Sendable, Equatable {
    /// Colours, silhouettes and edges of 6x6 cells: no weights, no network. What the demo's model was trained on.
    case descriptors
    /// Cells of a network's last map, and its mean as the picture's own vector.
    /// - `backbone`: `resnet18`, `resnet34`, `resnet50`, `resnet101`, `resnet152` or `mobilenet_v2`.
    /// - `weights`: The network's weights, `.safetensors` or PyTorch's `.pth`.
    /// - `side`: Side in pixels of the square that a picture is brought to; nil is the backbone's own.
    case grid(backbone: String, weights: String, side: Int? = nil)

    /// The encoder, with its weights.
    func encoder(on device: Device) throws -> any PictureEncoder {
        switch self {
        case .descriptors: return DescriptorEncoder()
        case .grid(let name, let weights, let side):
            guard let backbone = BackboneName(rawValue: name) else {
                let known = BackboneName.allCases.map(\.rawValue).joined(separator: ", ")
                throw InputError(place: "backbone", expected: "one of \(known)", found: name)
            }
            var digests = FileDigests()
            let digest = try digests.digest(ofFile: weights)
            let network = try Backbone(
                backbone, TensorFiles.load(weights: weights), from: weights, weightsDigest: digest, device: device)
            return try GridEncoder(network, side: side)
        }
    }
}

extension PictureEncoding {
    /// Brings the features of a folder's pictures up to date: only what is new or has changed is computed.
    /// - Returns: What has to be told of pictures that failed, a line.
    func extract(_ pictures: String, into features: String, on device: Device) throws -> [String] {
        let encoder = try encoder(on: device)
        let decoder = PictureDecoder()
        let summary = try Extraction(
            list: .folder(pictures, split: "all"), encoder: encoder,
            decode: { try decoder.decode(path: $0, shrinkingTo: encoder.smallestUsefulSize) }, output: features
        ).run()
        guard summary.failed < summary.total else {
            throw InputError(
                path: pictures, place: "pictures", expected: "one that can be read",
                found: "none; \(features)/failed.tsv says why")
        }
        return summary.failed == 0
            ? [] : ["\(summary.failed) of \(summary.total) pictures cannot be read: \(features)/failed.tsv says why"]
    }
}
