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
        let (textSide, visionSide) = (try folder.textConfiguration(), try folder.visionConfiguration())
        let loaded = try folder.load(.both, use: use, device: device) { scope in
            // A number by itself, or a list of one: both are written.
            func number(_ name: String) throws(TorchError) -> Tensor {
                let shape = scope.checkpointShape(name)
                return try scope.parameter(name, shape == [1] ? [1] : [], .zeros).reshaped([])
            }
            return (
                text: try TextTower(scope, textSide), picture: try VisionTower(scope, visionSide),
                scale: try number("logit_scale"), bias: folder.family == .siglip ? try number("logit_bias") : nil
            )
        }
        self.folder = folder
        (text, picture, logitScale, logitBias) = loaded.model
        (parameters, notices) = (loaded.parameters, loaded.notices)
    }

    /// Values of a vector in the common space.
    package var projectionSize: Int { text.projectionSize }

    /// Scores of all pairs, `[pictures, texts]`, from vectors `[pictures, projection]` and `[texts, projection]` of any
    /// length: exp(scale) cos + bias, transformers' `logits_per_image`. A SigLIP's sigmoid of it is how likely it holds the
    /// pair to belong together.
    package func logits(pictures: Tensor, texts: Tensor) throws(TorchError) -> Tensor {
        let cosines = try pictures.normalized(1).matmul(texts.normalized(1).transposed())
        let scaled = try cosines * logitScale.exp()
        guard let logitBias else { return scaled }
        return try scaled + logitBias
    }
}
