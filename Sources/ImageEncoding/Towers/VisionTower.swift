package import PretrainedFolders
package import Torch
package import TorchNN

/// The picture tower of a CLIP or a SigLIP under the parameter names of Hugging Face's `CLIPModel` and `SiglipModel`: a
/// vision transformer (Dosovitskiy et al. 2021) from pixels to patch states, and to one vector a picture in the space that
/// it shares with texts.
package struct VisionTower: Sendable {
    /// Its sizes and what it computes.
    package let configuration: VisionTowerConfiguration
    private let patches: Linear
    private let positions: Embedding
    private let layers: Transformer
    private let norm: LayerNorm
    private let ending: Ending

    /// How patch states become one vector.
    private enum Ending: Sendable {
        /// CLIP: a state of its own goes along, which starts from `start`; it is projected.
        case ownState(start: Tensor, firstNorm: LayerNorm, projection: Linear?)
        /// SigLIP: a learned query attends to the patches.
        case pooling(AttentionPooling)
    }

    /// Parameters `vision_model.*` and, a CLIP's, `visual_projection.*`.
    package init(_ scope: ParameterScope, _ configuration: VisionTowerConfiguration) throws(TorchError) {
        self.configuration = configuration
        let (model, layout) = (scope / "vision_model", configuration.layers)
        let (embeddings, isCLIP) = (model / "embeddings", configuration.family == .clip)
        let side = configuration.patchSize
        let place = embeddings / "patch_embedding"
        // A convolution whose windows do not overlap is a product.
        patches = Linear(
            weight: try place.parameter(
                "weight", [layout.width, configuration.channels, side, side], .normal(0.02), role: .matrix),
            bias: isCLIP ? nil : try place.parameter("bias", [layout.width], .zeros))
        positions = try Embedding(
            embeddings / "position_embedding", count: configuration.patchCount + (isCLIP ? 1 : 0), width: layout.width)
        layers = try Transformer(model / "encoder" / "layers", layout, names: .clip)
        norm = try LayerNorm(model / "post_layernorm", width: layout.width, epsilon: layout.epsilon)
        if isCLIP {
            let place = scope / "visual_projection"
            let isThere = !configuration.canLackProjection || place.checkpointShape("weight") != nil
            ending = .ownState(
                start: try embeddings.parameter("class_embedding", [layout.width], .normal(0.02)),
                // The name is the files' own.
                firstNorm: try LayerNorm(model / "pre_layrnorm", width: layout.width, epsilon: layout.epsilon),
                projection: isThere
                    ? try Linear(place, from: layout.width, to: configuration.projectionSize, bias: false) : nil)
        } else {
            ending = .pooling(try AttentionPooling(model / "head", layout))
        }
    }

    /// The picture tower of a folder, of a whole model's or by itself.
    /// - Parameter use: What for; unless for training, weights stay where they lie in the mapped file if they can.
    /// - Throws: `InputError` or `ParameterError` naming the file and what does not fit.
    package static func load(
        _ folder: PretrainedFolder, use: ParameterUse = .inference(products: .float32), device: Device = .cpu
    ) throws -> Pretrained<VisionTower> {
        let configuration = try folder.visionConfiguration()
        return try folder.load(.vision, use: use, device: device) { try VisionTower($0, configuration) }
    }

    /// The width of the patch states.
    package var width: Int { configuration.layers.width }

    /// Values of a picture's vector: the common space's, or the states' where the folder has no projection.
    package var projectionSize: Int {
        if case .ownState(_, _, let projection?) = ending { projection.weight.shape[0] } else { width }
    }

    /// What it makes of several pictures.
    package struct Encoded: Sendable {
        /// `[pictures, patches, width]`, row by row of the grid: the last layer's states, a SigLIP's normalised
        /// (transformers' `last_hidden_state`, without a CLIP's own state of the picture).
        package let patches: Tensor
        /// `[pictures, projection]`, not normalised.
        package let vectors: Tensor
    }

    /// Patch states and vectors of pictures `[pictures, 3, image size, image size]`, preprocessed.
    /// - Throws: `TorchError` for pictures of another size.
    package func encode(_ pixels: Tensor) throws(TorchError) -> Encoded {
        let states = try layers(embed(pixels))
        switch ending {
        case .ownState:
            return Encoded(
                patches: try states.sliced(1, 1..<states.shape[1]), vectors: try project(states.selected(1, 0)))
        case .pooling(let pool):
            let patches = try norm(states)
            return Encoded(patches: patches, vectors: try pool(patches))
        }
    }

    /// Vectors alone, `[pictures, projection]`: transformers' `get_image_features`.
    package func vectors(_ pixels: Tensor) throws(TorchError) -> Tensor {
        let start = try embed(pixels)
        switch ending {
        case .ownState:
            return try project(layers(start, at: Array(repeating: 0, count: start.shape[0])).squeezed(1))
        case .pooling(let pool):
            return try pool(norm(layers(start)))
        }
    }

    /// Patch states in the common space, `[pictures, patches, width]` to `[pictures, patches, projection]`: what the
    /// picture's vector would be if it came from the one patch.
    package func project(patches: Tensor) throws(TorchError) -> Tensor {
        switch ending {
        case .ownState: try project(patches)
        case .pooling(let pool): try pool.each(patches)
        }
    }

    private func project(_ states: Tensor) throws(TorchError) -> Tensor {
        guard case .ownState(_, _, let projection?) = ending else { return try norm(states) }
        return try projection(norm(states), activation: .none).to(.float32)
    }

    private func embed(_ pixels: Tensor) throws(TorchError) -> Tensor {
        let (side, grid, shape) = (configuration.patchSize, configuration.gridSize, pixels.shape)
        let (channels, size) = (configuration.channels, configuration.imageSize)
        guard shape.count == 4, Array(shape[1...]) == [channels, size, size] else {
            throw TorchError(
                operation: "VisionTower(\(shape))", reason: "expected pixels [pictures, \(channels), \(size), \(size)]")
        }
        let whole = try pixels.to(device: positions.weight.device).sliced(2, 0..<grid * side).sliced(3, 0..<grid * side)
        let windows = try whole.reshaped([shape[0], channels, grid, side, grid, side])
            .permuted([0, 2, 4, 1, 3, 5]).reshaped([shape[0], grid * grid, channels * side * side])
        let product = Linear(weight: try patches.weight.reshaped([width, -1]), bias: patches.bias)
        let states = try product(windows, activation: .none).to(.float32)
        let places = try positions.weight.to(.float32)
        guard case .ownState(let start, let firstNorm, _) = ending else { return try states + places }
        let own = try start.reshaped([1, 1, width]).expanded([shape[0], 1, width])
        return try firstNorm(.concatenated([own, states], dimension: 1) + places)
    }
}
