package import Torch
import TorchNN

/// A named network with its weights, ready to look at pictures.
package struct Backbone: Sendable {
    /// Which network it is.
    package let name: BackboneName
    /// The network itself.
    package let network: any ImageBackbone
    /// A digest of the weights, as part of features' identity.
    package let weightsDigest: String
    private let device: Device

    /// A network with the weights of a checkpoint in torchvision's names; a classifier may be missing.
    /// - Parameter origin: The file's path, for errors.
    /// - Throws: `ParameterError` that lists every missing, misshaped and left-over parameter.
    package init(
        _ name: BackboneName, _ tensors: [String: Tensor], from origin: String, weightsDigest: String,
        device: Device = .cpu
    ) throws {
        self.name = name
        self.weightsDigest = weightsDigest
        self.device = device
        network = try ParameterStore.load(tensors, from: origin, device: device) { try name.build($0) }.model
    }

    /// The network's map of pictures, `[pictures, channels, rows, columns]` in one forward pass.
    func map(_ pictures: [Picture], _ transform: PictureTransform) throws(TorchError) -> Tensor {
        try network.map(transform.tensor(for: pictures).to(device: device))
    }
}

extension Backbone: GlobalDescriber {
    /// torchvision's reference for classification: the shorter side to 256 pixels, then a square from the middle.
    private var transform: PictureTransform {
        PictureTransform(fit: .shortSideCropped(256, crop: name.inputSide))
    }

    /// Channels of the map.
    package var globalDimension: Int { network.channels }

    /// Network, preprocessing and weights.
    package var identity: String {
        "\(name.rawValue) short side 256 crop \(name.inputSide) weights \(weightsDigest)"
    }

    /// The size before the crop.
    package func smallestUsefulSize(width: Int, height: Int) -> PictureSize {
        transform.resizedSize(width: width, height: height)
    }

    /// The mean of each picture's map, `[channels]`, all in one forward pass.
    package func globalFeatures(of pictures: [Picture]) throws -> [[Float]] {
        guard !pictures.isEmpty else { return [] }
        return try inferenceMode { () throws(TorchError) in
            try network.pooled(map(pictures, transform)).rows()
        }
    }
}

extension Tensor {
    /// The values of each index of the first dimension.
    func rows() throws(TorchError) -> [[Float]] {
        let values = try array(Float.self)
        let width = values.count / max(shape[0], 1)
        return (0..<shape[0]).map { Array(values[$0 * width..<($0 + 1) * width]) }
    }
}
