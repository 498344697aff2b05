import AsCLBase
import FeatureExtraction
import Foundation
import ImageEncoding
import PictureCatalogue
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
    /// Patches of a CLIP's or a SigLIP's picture tower, and its vector.
    /// - `model`: The model's folder, in Hugging Face's layout.
    /// - `grid`: Means over so many cells each way; nil is every patch.
    /// - `projected`: Whether patches are in the space that pictures and texts share.
    case patches(model: String, grid: Int? = nil, projected: Bool = false)

    /// What it takes to make the encoder.
    func description() throws -> EncoderDescription {
        switch self {
        case .descriptors: return .descriptors
        case .grid(let name, let weights, let side):
            guard let backbone = BackboneName(rawValue: name) else {
                let known = BackboneName.allCases.map(\.rawValue).joined(separator: ", ")
                throw InputError(place: "backbone", expected: "one of \(known)", found: name)
            }
            return .grid(.init(backbone, weights: Indexing.path(weights)), side: side)
        case .patches(let model, let grid, let projected):
            return .patches(folder: Indexing.path(model), grid: grid, projected: projected)
        }
    }
}

extension PictureEncoding {
    /// Brings the features of a folder's pictures up to date: only what is new or has changed is computed.
    /// - Returns: What has to be told of pictures that failed, a line.
    func extract(_ pictures: String, into features: String, on device: Device) throws -> [String] {
        var digests = FileDigests.ofModels
        let encoder = try description().encoder(on: device, digests: &digests)
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
