package import AsCLBase
import Foundation
package import Torch

/// What it takes to make a picture encoder again: its kind, its settings and where its weights lie.
package enum EncoderDescription: Codable, Sendable, Equatable {
    /// Colours and edges of 6x6 cells.
    case descriptors
    /// The vector of a CLIP's or a SigLIP's picture tower, in a folder.
    case vector(folder: String)
    /// The patches of such a tower, or means over the cells of a grid, and its vector.
    case patches(folder: String, grid: Int?, projected: Bool)
    /// The cells of a network's last map.
    case grid(Network, side: Int?)
    /// Objects found by torchvision's detector, and a network's vector of the whole picture.
    case fasterRCNN(weights: String, describer: Network)
    /// Objects found as in the paper, under class names of a file if there is one, and a network's vector.
    case bottomUpAttention(weights: String, classNames: String?, describer: Network)

    /// A network and the file of its weights.
    package struct Network: Codable, Sendable, Equatable {
        let name: BackboneName
        let weights: String

        /// Joins them.
        package init(_ name: BackboneName, weights: String) {
            (self.name, self.weights) = (name, weights)
        }

        func load(on device: Device, _ digests: inout FileDigests) throws -> Backbone {
            try Backbone(
                name, TensorFiles.load(weights: weights), from: weights,
                weightsDigest: digests.digest(ofFile: weights), device: device)
        }
    }

    /// The folder of the CLIP or SigLIP whose vector is the picture's, and whose text tower makes a sentence's; nil for
    /// other encoders.
    package var towers: String? {
        switch self {
        case .vector(let folder), .patches(let folder, _, _): folder
        case .descriptors, .grid, .fasterRCNN, .bottomUpAttention: nil
        }
    }

    /// Where its weights lie, or what it is called where it has none.
    package var place: String {
        switch self {
        case .descriptors: "descriptors"
        case .vector(let folder), .patches(let folder, _, _): folder
        case .grid(let network, _): network.weights
        case .fasterRCNN(let weights, _), .bottomUpAttention(let weights, _, _): weights
        }
    }

    /// The encoder with its weights.
    /// - Parameter digests: Knows files that were read before.
    /// - Throws: An error that names the file and what does not fit.
    package func encoder(on device: Device, digests: inout FileDigests) throws -> any PictureEncoder {
        switch self {
        case .descriptors: return DescriptorEncoder()
        case .vector(let folder):
            return try PatchEncoder(directory: folder, regions: .vector, device: device, digests: &digests)
        case .patches(let folder, let grid, let projected):
            return try PatchEncoder(
                directory: folder, regions: .patches(grid: grid, projected: projected), device: device,
                digests: &digests)
        case .grid(let network, let side):
            return try GridEncoder(network.load(on: device, &digests), side: side)
        case .fasterRCNN(let weights, let describer):
            let detector = try FasterRCNN.load(TensorFiles.load(weights: weights), from: weights, device: device)
            return try DetectorEncoder(
                detector: detector, detectorDigest: digests.digest(ofFile: weights),
                describer: describer.load(on: device, &digests))
        case .bottomUpAttention(let weights, let classNames, let describer):
            var configuration = BottomUpAttentionConfiguration()
            if let classNames {
                let names = try Self.names(in: classNames, count: configuration.classNames.count - 1)
                configuration.classNames[1...] = names[...]
            }
            let detector = try BottomUpAttention.load(
                TensorFiles.load(weights: weights), from: weights, device: device, configuration: configuration)
            return try DetectorEncoder(
                detector: detector, detectorDigest: digests.digest(ofFile: weights),
                describer: describer.load(on: device, &digests))
        }
    }

    private static func names(in path: String, count: Int) throws -> [String] {
        let bytes = try TextFile.read(path, expected: "a readable list of class names")
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw InputError(path: path, place: "encoding", expected: "UTF-8 text", found: "bytes that are not UTF-8")
        }
        var names = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        if names.last?.isEmpty == true { names.removeLast() }
        guard names.count == count else {
            throw InputError(path: path, place: "lines", expected: "\(count) class names", found: "\(names.count)")
        }
        return names
    }
}
