import ImageEncoding
import PretrainedEncoders
package import RetrievalEvaluation
import TextEncoding
import Torch

/// Pictures and captions as an encoder's towers take them.
package struct EncoderInputs: Sendable {
    /// `[1, 3, height, width]` of each picture.
    let pixels: [Tensor]
    /// The tokens of each picture's captions.
    let tokens: [[[Int32]]]

    private static let atOnce = 64

    /// Reads the pictures and cuts the captions.
    /// - Throws: `InputError` naming a picture that cannot be read.
    init(
        _ data: CaptionedPictures, _ transform: PictureTransform, _ tokenizer: any Tokenizer, maxTokens: Int
    ) throws {
        let decoder = PictureDecoder()
        // Row by row in memory: the towers cut patches out of them again and again.
        pixels = try data.paths.map { try transform.tensor(for: decoder.decode(path: $0)).contiguous() }
        tokens = try data.captions.map { try $0.map { try tokenizer.encode($0, maxTokens: maxTokens).ids } }
    }

    /// How well pictures find their captions and captions their pictures by a model's scores.
    func result(_ model: DualEncoder) throws -> RetrievalResult {
        let truth = try GroundTruth(
            imageOfCaption: tokens.indices.flatMap { image in tokens[image].map { _ in image } },
            imageCount: pixels.count)
        var ranks = RankAccumulator(truth: truth)
        let scores = try inferenceMode { try logits(model).array(Float.self) }
        try ranks.add(
            scores, block: ScoreBlock(images: 0..<truth.imageCount, captions: 0..<truth.captionCount))
        return try RetrievalResult(ranks.ranks())
    }

    /// The same by an encoder's folder, which has to have the files that these were read by.
    package func result(ofEncoder directory: String) throws -> RetrievalResult {
        try result(DualEncoder(directory: directory))
    }

    /// The scores of all pairs, `[pictures, captions]`.
    func logits(_ model: DualEncoder) throws -> Tensor {
        let pictures = try stride(from: 0, to: pixels.count, by: Self.atOnce).map { start in
            try model.picture.vectors(.concatenated(Array(pixels[start..<min(start + Self.atOnce, pixels.count)])))
        }
        return try model.logits(
            pictures: .concatenated(pictures), texts: model.text.vectors(tokens.flatMap(\.self)))
    }
}
