package import PretrainedFolders
package import Torch
package import TorchNN

/// The text tower of a CLIP or a SigLIP under the parameter names of Hugging Face's `CLIPModel` and `SiglipModel`: from
/// tokens to states, and to one vector a text in the space that it shares with pictures.
package struct TextTower: Sendable {
    /// Its sizes and what it computes.
    package let configuration: TextTowerConfiguration
    private let tokens, positions: Embedding
    private let layers: Transformer
    private let norm: LayerNorm
    private let projection: Linear?

    /// Parameters `text_model.*` and, a CLIP's, `text_projection.*`.
    package init(_ scope: ParameterScope, _ configuration: TextTowerConfiguration) throws(TorchError) {
        self.configuration = configuration
        let (model, width) = (scope / "text_model", configuration.layers.width)
        let embeddings = model / "embeddings"
        tokens = try Embedding(
            embeddings / "token_embedding", count: configuration.vocabularySize, width: width)
        positions = try Embedding(
            embeddings / "position_embedding", count: configuration.positionCount, width: width)
        layers = try Transformer(model / "encoder" / "layers", configuration.layers, names: .clip)
        norm = try LayerNorm(model / "final_layer_norm", width: width, epsilon: configuration.layers.epsilon)
        switch configuration.family {
        case .clip:
            let place = scope / "text_projection"
            let isThere = !configuration.canLackProjection || place.checkpointShape("weight") != nil
            projection =
                isThere ? try Linear(place, from: width, to: configuration.projectionSize, bias: false) : nil
        case .siglip:
            projection = try Linear(model / "head", from: width, to: configuration.projectionSize)
        }
    }

    /// The text tower of a folder, of a whole model's or by itself.
    /// - Parameter use: What for; unless for training, weights stay where they lie in the mapped file if they can.
    /// - Throws: `InputError` or `ParameterError` naming the file and what does not fit.
    package static func load(
        _ folder: PretrainedFolder, use: ParameterUse = .inference(products: .float32), device: Device = .cpu
    ) throws -> Pretrained<TextTower> {
        let configuration = try folder.textConfiguration()
        return try folder.load(.text, use: use, device: device) { try TextTower($0, configuration) }
    }

    /// B, the width of the states.
    package var width: Int { configuration.layers.width }

    /// Values of a text's vector: the common space's, or the states' where the folder has no projection.
    package var projectionSize: Int { projection.map { $0.weight.shape[0] } ?? width }

    /// The last layer's states, normalised: int64 `[texts, places]` to `[texts, places, B]`, transformers'
    /// `last_hidden_state`. A CLIP's state knows nothing of the tokens after it; a SigLIP's sees padding like any token,
    /// and wants every place filled.
    /// - Throws: `TorchError` for more places than positions, or a SigLIP's fewer.
    package func states(_ ids: Tensor, training: Bool = false) throws(TorchError) -> Tensor {
        try norm(layers(placed(ids), mask: mask, training: training))
    }

    /// The same of input embeddings `[texts, places, B]`.
    func states(embedded: Tensor, training: Bool) throws(TorchError) -> Tensor {
        try norm(layers(placed(embedded: embedded), mask: mask, training: training))
    }

    /// Input embeddings, before positions are added: int64 `[...]` to `[..., B]`.
    package func embed(_ ids: Tensor) throws(TorchError) -> Tensor { try tokens(ids.to(device: tokens.weight.device)) }

    /// Texts' vectors in the common space, int64 `[texts, places]` to `[texts, projection]`, not normalised: the pooled
    /// place's state, projected. transformers' `get_text_features`.
    /// - Throws: `TorchError` as `states`, and for a text that lacks its end.
    package func vectors(_ ids: Tensor, training: Bool = false) throws(TorchError) -> Tensor {
        let places = try pooledPlaces(ids)
        return try project(norm(layers(placed(ids), mask: mask, at: places, training: training)).squeezed(1))
    }

    /// Vectors of states that are there already, `[texts, places, B]` of the same ids.
    package func vectors(of states: Tensor, _ ids: Tensor) throws(TorchError) -> Tensor {
        try project(states.rows(at: pooledPlaces(ids)).squeezed(1))
    }

    /// States in the common space: `[..., B]` to `[..., projection]`, float32.
    package func project(_ states: Tensor) throws(TorchError) -> Tensor {
        guard let projection else { return states }
        return try projection(states, activation: .none).to(.float32)
    }

    /// The place of each text's state that stands for it.
    package func pooledPlaces(_ ids: Tensor) throws(TorchError) -> [Int] {
        let (texts, places) = (ids.shape[0], ids.shape[1])
        let numbers = try ids.to(.int64).array(Int.self)
        var pooled: [Int] = []
        for text in 0..<texts {
            let row = numbers[text * places..<(text + 1) * places]
            pooled.append(try pooledPlace(Array(row)))
        }
        return pooled
    }

    /// The place in one text's tokens.
    func pooledPlace(_ ids: [Int]) throws(TorchError) -> Int {
        switch configuration.pooling {
        case .last: return ids.count - 1
        case .greatest: return ids.max().flatMap(ids.firstIndex) ?? 0
        case .first(let end):
            if let place = ids.firstIndex(of: end) { return place }
            throw TorchError(
                operation: "TextTower([\(ids.count)])", reason: "expected the end of the text, token \(end), found none"
            )
        }
    }

    private var mask: AttentionMask { configuration.family == .clip ? .causal : .none }

    private func placed(_ ids: Tensor) throws(TorchError) -> Tensor {
        try check(ids.shape, dimensions: 2)
        return try placed(embedded: embed(ids))
    }

    private func placed(embedded: Tensor) throws(TorchError) -> Tensor {
        try check(embedded.shape, dimensions: 3)
        return try embedded + positions.weight.sliced(0, 0..<embedded.shape[1]).to(.float32)
    }

    private func check(_ shape: [Int], dimensions: Int) throws(TorchError) {
        let isRight =
            shape.count == dimensions
            && (configuration.family == .clip
                ? (1...configuration.positionCount).contains(shape[1]) : shape[1] == configuration.positionCount)
        guard isRight else {
            let places = "\(configuration.family == .clip ? "at most " : "")\(configuration.positionCount)"
            throw TorchError(operation: "TextTower(\(shape))", reason: "expected [texts, \(places) places]")
        }
    }
}
