import TextEncoding
import Torch

/// Texts of like length, padded to the longest of them with rows of zeros.
struct TextGroup: Sendable {
    /// `[texts, words, D]`.
    let rows: Tensor
    /// `[texts, words]`: one over the text's length at its words, zero at padding.
    let share: Tensor

    init(_ texts: TextBatch) throws(TorchError) {
        let (count, longest) = (texts.lengths.count, texts.lengths.max() ?? 0)
        let starts = texts.offsets
        var places: [Int] = []
        var present: [Float] = []
        var shares: [Float] = []
        for (text, length) in texts.lengths.enumerated() {
            for word in 0..<longest {
                places.append(starts[text] + min(word, length - 1))
                present.append(word < length ? 1 : 0)
                shares.append(word < length ? 1 / Float(length) : 0)
            }
        }
        let device = texts.rows.device
        let mask = try Tensor(present, shape: [count, longest, 1]).to(device: device)
        rows =
            try texts.rows.gathered(Tensor(places, shape: [places.count]).to(device: device))
            .reshaped([count, longest, texts.rows.shape[1]]) * mask
        share = try Tensor(shares, shape: [count, longest]).to(device: device)
    }
}
