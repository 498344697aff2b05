import TextEncoding
import Torch
import TorchNN

/// What is written in pictures, on its way through ViSTA's text layers beside the fusion token.
struct SceneStream {
    /// The images of the batch that have it, int64 `[images with text]`.
    let images: Tensor
    /// O `[images with text, L, H]`.
    private var states: Tensor
    private let mask: AttentionMask

    /// O_0 = Linear_B→H(words) + Linear_4→H(boxes).
    init(_ texts: SceneTexts, _ word: Linear, _ box: Linear) throws(TorchError) {
        let rows = try word(texts.words.rows).to(.float32) + box(texts.boxes).to(.float32)
        let padded = try texts.words.replacingRows(rows).padded()
        states = padded.rows
        let count = texts.images.count
        images = try Tensor(texts.images, shape: [count]).to(device: rows.device)
        let token = try Tensor.zeros([count, 1], device: rows.device).equals(0)
        mask = .keys(try .concatenated([token, padded.isPadding.not()], dimension: 1))
    }

    /// A layer on [F; O], F being those tokens of all images `[images, 1, H]` that have text; the layer's F
    /// `[images with text, 1, H]`.
    mutating func advance(
        past token: Tensor, _ layers: Transformer, _ layer: Int, training: Bool
    ) throws(TorchError) -> Tensor {
        let both = try layers(
            Tensor.concatenated([token.indexSelect(images), states], dimension: 1), layers: layer..<layer + 1,
            mask: mask, training: training)
        states = try both.sliced(1, 1..<both.shape[1])
        return try both.sliced(1, 0..<1)
    }
}

extension Tensor {
    /// With rows of another added at some places, int64 `[places]`, each of which is there once.
    func adding(_ rows: Tensor, at places: Tensor) throws(TorchError) -> Tensor {
        try replacing(places, with: indexSelect(places) + rows.to(dtype))
    }
}
