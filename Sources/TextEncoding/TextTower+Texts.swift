package import Torch

extension TextTower {
    /// What it makes of several texts.
    package struct Encoded: Sendable {
        /// The states of every token, special ones included.
        package let states: TextBatch
        /// `[texts, projection]`, not normalised.
        package let vectors: Tensor
    }

    /// States and vectors of texts of any lengths, in their order. What cannot change anything is not computed: of a
    /// CLIP's text, whatever comes after its end.
    /// - Parameter tokens: Each text's, special ones included; a SigLIP's padded to all places.
    /// - Throws: `TorchError` for a text without tokens, with too many, or without its end.
    package func encode(_ tokens: [[Int32]], training: Bool = false) throws(TorchError) -> Encoded {
        let texts = try cut(tokens)
        let groups = TextGroups(texts.map(\.count), textsAtOnce: Self.textsAtOnce)
        var (states, vectors): ([TextBatch], [Tensor]) = ([], [])
        for group in groups.places {
            let lengths = group.map { texts[$0].count }
            let ids = try padded(group.map { texts[$0] })
            let padded = try self.states(ids, training: training)
            vectors.append(try self.vectors(of: padded, ids))
            states.append(try TextBatch(padded: padded, lengths: lengths))
        }
        return Encoded(states: try groups.restored(states), vectors: try groups.restored(vectors))
    }

    /// Vectors alone, `[texts, projection]`: faster than with all states.
    package func vectors(_ tokens: [[Int32]], training: Bool = false) throws(TorchError) -> Tensor {
        let texts = try cut(tokens)
        let groups = TextGroups(texts.map(\.count), textsAtOnce: Self.textsAtOnce)
        var parts: [Tensor] = []
        for group in groups.places {
            parts.append(try vectors(padded(group.map { texts[$0] }), training: training))
        }
        return try groups.restored(parts)
    }

    private static let textsAtOnce = 32

    /// Each text up to the place that stands for it.
    private func cut(_ tokens: [[Int32]]) throws(TorchError) -> [[Int]] {
        guard !tokens.isEmpty, tokens.allSatisfy({ !$0.isEmpty }) else {
            throw TorchError(operation: "TextTower(\(tokens.count) texts)", reason: "expected texts, each with a token")
        }
        var texts: [[Int]] = []
        for text in tokens {
            let ids = text.map(Int.init)
            texts.append(Array(try ids[...pooledPlace(ids)]))
        }
        return texts
    }

    /// Side by side, shorter ones filled up with their last token, which no place before looks at.
    private func padded(_ texts: [[Int]]) throws(TorchError) -> Tensor {
        let longest = texts.map(\.count).max() ?? 0
        let ids = texts.flatMap { text in text + Array(repeating: text.last ?? 0, count: longest - text.count) }
        return try Tensor(ids, shape: [texts.count, longest])
    }
}
