package import Torch

/// Texts side by side, each filled up with zeros to the longest.
package struct PaddedTexts: Sendable {
    /// `[texts, words of the longest, width]`.
    package let rows: Tensor
    /// `[texts, words]`: one over the text's length at its words, zero at padding.
    package let share: Tensor

    /// bool `[texts, words]`, true at padding.
    package var isPadding: Tensor { get throws(TorchError) { try share.equals(0) } }
}

extension TextBatch {
    /// Its texts padded.
    package func padded() throws(TorchError) -> PaddedTexts {
        let (longest, device) = (lengths.max() ?? 0, rows.device)
        let empty = try Tensor.zeros([lengths.count * longest, rows.shape[1]], dtype: rows.dtype, device: device)
        let places = try Tensor(Self.places(lengths, among: longest), shape: [rows.shape[0]]).to(device: device)
        let shares = lengths.flatMap { length in (0..<longest).map { $0 < length ? 1 / Float(length) : 0 } }
        return PaddedTexts(
            rows: try empty.replacing(places, with: rows).reshaped([lengths.count, longest, rows.shape[1]]),
            share: try Tensor(shares, shape: [lengths.count, longest]).to(device: device))
    }

    /// Packs padded vectors `[texts, positions, width]`.
    package init(padded: Tensor, lengths: [Int]) throws(TorchError) {
        let places = Self.places(lengths, among: padded.shape[1])
        let rows = try padded.reshaped([-1, padded.shape[2]])
            .indexSelect(Tensor(places, shape: [places.count]).to(device: padded.device))
        try self.init(rows: rows, lengths: lengths)
    }

    /// Where each word stands when every text has so many positions.
    private static func places(_ lengths: [Int], among positions: Int) -> [Int] {
        lengths.enumerated().flatMap { text, length in text * positions..<text * positions + length }
    }
}
