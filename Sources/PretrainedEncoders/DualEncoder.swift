import Foundation
package import ImageEncoding
package import PretrainedFolders
package import TextEncoding
package import Torch
package import TorchNN

/// A CLIP or a SigLIP from a Hugging Face folder: a text tower and a picture tower that end in a common space.
package struct DualEncoder: Sendable {
    /// The folder it came from.
    package let folder: PretrainedFolder
    /// Turns tokens into states and vectors.
    package let text: TextTower
    /// Turns pixels into patch states and vectors.
    package let picture: VisionTower
    /// Both towers' and its own parameters, under the files' names.
    package let parameters: ParameterSet
    /// What of the folder is left out; a line each.
    package let notices: [String]
    private let logitScale: Tensor
    private let logitBias: Tensor?

    /// Loads a folder.
    /// - Parameter use: What for; unless for training, weights stay where they lie in the mapped file if they can.
    /// - Throws: `InputError` or `ParameterError` naming the file and what does not fit.
    package init(
        directory: String, use: ParameterUse = .inference(products: .float32), device: Device = .cpu
    ) throws {
        let folder = try PretrainedFolder(directory: directory)
        let loaded = try folder.load(.both, use: use, device: device, Self.parts(of: folder))
        self.init(folder, loaded.model, loaded.parameters, notices: loaded.notices)
    }

    /// A fresh model as a folder's `config.json` describes it; the folder needs no weights.
    /// - Parameter seed: What the parameters follow from.
    /// - Throws: `InputError` where the configuration is another model's or impossible.
    package init(untrained folder: PretrainedFolder, seed: UInt64, device: Device = .cpu) throws {
        let made = try ParameterStore.initialize(seed: seed, device: device, Self.parts(of: folder))
        self.init(folder, made.model, made.parameters, notices: [])
    }

    private typealias Parts = (text: TextTower, picture: VisionTower, scale: Tensor, bias: Tensor?)

    private init(_ folder: PretrainedFolder, _ parts: Parts, _ parameters: ParameterSet, notices: [String]) {
        (self.folder, self.parameters, self.notices) = (folder, parameters, notices)
        (text, picture, logitScale, logitBias) = parts
    }

    /// Builds a folder's model along a scope.
    private static func parts(of folder: PretrainedFolder) throws -> (ParameterScope) throws -> Parts {
        let (textSide, visionSide) = (try folder.textConfiguration(), try folder.visionConfiguration())
        let isSigLIP = folder.family == .siglip
        return { scope in
            // A number by itself, or a list of one: both are written.
            func number(_ name: String, _ initial: Double) throws(TorchError) -> Tensor {
                let shape = scope.checkpointShape(name)
                return try scope.parameter(name, shape == [1] ? [1] : [], .constant(initial))
            }
            // Where both papers' trainings begin: temperatures of 0.07 and 0.1, and few pairs that belong together.
            return (
                text: try TextTower(scope, textSide), picture: try VisionTower(scope, visionSide),
                scale: try number("logit_scale", isSigLIP ? log(10) : -log(0.07)),
                bias: isSigLIP ? try number("logit_bias", -10) : nil
            )
        }
    }

    /// Writes the parameters as the folder's `model.safetensors`, under the names of transformers' class.
    package func saveWeights() throws {
        try TensorFiles.save(
            parameters.dictionary, metadata: ["format": "pt"], to: folder.directory + "/model.safetensors")
    }

    /// Values of a vector in the common space.
    package var projectionSize: Int { text.projectionSize }

    /// Scores of all pairs, `[pictures, texts]`, from vectors `[pictures, projection]` and `[texts, projection]` of any
    /// length: exp(scale) cos + bias, transformers' `logits_per_image`. A SigLIP's sigmoid of it is how likely it holds the
    /// pair to belong together.
    package func logits(pictures: Tensor, texts: Tensor) throws(TorchError) -> Tensor {
        let cosines = try pictures.normalized(1).matmul(texts.normalized(1).transposed())
        let scaled = try cosines * logitScale.reshaped([]).exp()
        guard let logitBias else { return scaled }
        return try scaled + logitBias.reshaped([])
    }

    /// Holds the scale to the paper's limit, a factor of 100, after a training's step.
    package func limitScale() throws(TorchError) {
        try withoutGradients { () throws(TorchError) in
            try logitScale.copy(from: -((-logitScale).clamped(min: -log(100))))
        }
    }
}
