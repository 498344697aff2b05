package import TextEncoding
package import Torch

/// What is written in some of a batch's pictures, as a method reads it.
package struct SceneTexts: Sendable {
    /// The images of the batch that have any text, each once, ascending.
    package let images: [Int]
    /// Raw vectors of tokens `[tokens, B]`, special ones included, text by text.
    package let words: TextBatch
    /// `[tokens, 4]`: left, top, right, bottom of the word that a token is of, as fractions of the picture.
    package let boxes: Tensor

    /// Joins them.
    /// - Throws: `TorchError` when they are not of the same texts.
    package init(images: [Int], words: TextBatch, boxes: Tensor) throws(TorchError) {
        guard images.count == words.lengths.count, boxes.shape == [words.rows.shape[0], 4],
            zip(images, images.dropFirst()).allSatisfy(<)
        else {
            throw TorchError(
                operation: "SceneTexts(\(images.count), \(words.lengths.count), \(boxes.shape))",
                reason: "expected a text an image and a box a token")
        }
        (self.images, self.words, self.boxes) = (images, words, boxes)
    }

    /// Those of some of the batch's images, in the order given; nil where none of them has any.
    func selecting(_ chosen: [Int]) throws(TorchError) -> SceneTexts? {
        let textOfImage = Dictionary(uniqueKeysWithValues: images.enumerated().map { ($1, $0) })
        let kept = chosen.enumerated().compactMap { place, image in textOfImage[image].map { (place, text: $0) } }
        guard !kept.isEmpty else { return nil }
        let texts = kept.map(\.text)
        let places = try TextBatch(rows: boxes, lengths: words.lengths).selecting(texts)
        return try SceneTexts(images: kept.map(\.0), words: words.selecting(texts), boxes: places.rows)
    }
}
