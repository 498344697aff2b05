package import Torch

/// Word vectors of several texts, packed: the rows of text t follow those of text t - 1 without padding, so that nothing
/// downstream can mistake padding for a word.
package struct TextBatch: Sendable {
    /// `[words of all texts, width]`, special tokens included.
    package let rows: Tensor
    /// Rows of each text; every one has at least one.
    package let lengths: [Int]

    /// Packs rows and lengths.
    /// - Throws: `TorchError` when the lengths do not add up to the rows or one is not positive.
    package init(rows: Tensor, lengths: [Int]) throws(TorchError) {
        guard rows.shape.count == 2, rows.shape[0] == lengths.reduce(0, +), lengths.allSatisfy({ $0 > 0 }) else {
            throw TorchError(
                operation: "TextBatch(\(rows.shape))", reason: "expected rows for lengths \(lengths), each at least 1")
        }
        self.rows = rows
        self.lengths = lengths
    }

    /// First rows: text t is rows `offsets[t] ..< offsets[t + 1]`.
    package var offsets: [Int] {
        var offsets = [0]
        for length in lengths { offsets.append(offsets[offsets.count - 1] + length) }
        return offsets
    }

    /// The same rows with other values, `[words, any width]`.
    package func replacingRows(_ rows: Tensor) throws(TorchError) -> TextBatch {
        try TextBatch(rows: rows, lengths: lengths)
    }

    /// The texts named, in that order.
    package func selecting(_ texts: [Int]) throws(TorchError) -> TextBatch {
        let starts = offsets
        let indices = texts.flatMap { starts[$0]..<starts[$0 + 1] }
        let rows = try rows.indexSelect(Tensor(indices, shape: [indices.count]).to(device: rows.device))
        return try TextBatch(rows: rows, lengths: texts.map { lengths[$0] })
    }

    /// Batches one after the other.
    package static func joined(_ batches: [TextBatch]) throws(TorchError) -> TextBatch {
        try TextBatch(rows: .concatenated(batches.map(\.rows)), lengths: batches.flatMap(\.lengths))
    }
}
