import TextEncoding
import Torch
import TorchNN

// Pairs that go through layers together, words first and then regions.
extension Transformer {
    /// States of pairs, of text i and image i: `[pairs, L, H]` with padding's, and `[pairs, K, H]`.
    /// - Parameters:
    ///   - texts: Rows `[words, H]`.
    ///   - regions: `[pairs, K, H]`.
    func states(
        _ texts: TextBatch, with regions: Tensor, training: Bool
    ) throws(TorchError) -> (words: Tensor, regions: Tensor) {
        let (pairs, mask) = try JointPairs.joined(texts, regions)
        let most = pairs.shape[1] - regions.shape[1]
        let states = try self(pairs, mask: mask, training: training)
        return try (states.sliced(1, 0..<most), states.sliced(1, most..<pairs.shape[1]))
    }
}

/// Words and regions of pairs, and S of all pairs where each takes a pass through layers.
enum JointPairs {
    /// Text i and image i behind each other, `[pairs, L + K, H]`, and what of it is to be seen.
    /// - Parameters:
    ///   - texts: Rows `[words, H]`.
    ///   - regions: `[pairs, K, H]`.
    static func joined(
        _ texts: TextBatch, _ regions: Tensor
    ) throws(TorchError) -> (pairs: Tensor, mask: AttentionMask) {
        let padded = try texts.padded()
        var mask = AttentionMask.none
        if Set(texts.lengths).count > 1 {
            let shown = try Tensor.zeros(Array(regions.shape[0..<2]), device: regions.device).equals(0)
            mask = .keys(try .concatenated([padded.isPadding.not(), shown], dimension: 1))
        }
        return (try .concatenated([padded.rows, regions], dimension: 1), mask)
    }

    /// S `[images, texts]`. Texts of one length go together, so that there is no padding, and so many pairs at once as keep
    /// temporaries to about 64 MiB on the CPU, 1 GiB elsewhere.
    /// - Parameters:
    ///   - images: `[images, K, H]`.
    ///   - texts: Rows `[words, H]`.
    ///   - score: S `[pairs]` of `[pairs, L + K, H]`.
    static func scores(
        _ images: Tensor, _ texts: TextBatch, _ score: (Tensor) throws(TorchError) -> Tensor
    ) throws(TorchError) -> Tensor {
        let (count, regions, width) = (images.shape[0], images.shape[1], images.shape[2])
        let groups = Dictionary(grouping: texts.lengths.indices) { texts.lengths[$0] }.sorted { $0.key < $1.key }
        var columns: [Tensor] = []
        for (length, places) in groups {
            let row = 4 * 4 * width * (length + regions)
            let most = max((images.device == .cpu ? 1 << 26 : 1 << 30) / row, 1)
            let textsAtOnce = min(places.count, most)
            for start in stride(from: 0, to: places.count, by: textsAtOnce) {
                let group = Array(places[start..<min(start + textsAtOnce, places.count)])
                let words = try texts.selecting(group).rows.reshaped([1, group.count, length, width])
                let imagesAtOnce = max(most / group.count, 1)
                var parts: [Tensor] = []
                for first in stride(from: 0, to: count, by: imagesAtOnce) {
                    let part = try images.sliced(0, first..<min(first + imagesAtOnce, count))
                    let pairs = try Self.pairs(part, words)
                    parts.append(try score(pairs).reshaped([part.shape[0], group.count]))
                }
                columns.append(try .concatenated(parts))
            }
        }
        let order = groups.flatMap(\.value).inverted
        return try Tensor.concatenated(columns, dimension: 1)
            .indexSelect(Tensor(order, shape: [order.count]).to(device: images.device), dimension: 1)
    }

    /// `[images * texts, L + K, H]` of `[images, K, H]` and `[1, texts, L, H]`.
    private static func pairs(_ regions: Tensor, _ words: Tensor) throws(TorchError) -> Tensor {
        let (images, count, width) = (regions.shape[0], regions.shape[1], regions.shape[2])
        let (texts, length) = (words.shape[1], words.shape[2])
        return try Tensor.concatenated(
            [
                words.expanded([images, texts, length, width]),
                regions.unsqueezed(1).expanded([images, texts, count, width]),
            ], dimension: 2
        ).reshaped([images * texts, length + count, width])
    }
}
