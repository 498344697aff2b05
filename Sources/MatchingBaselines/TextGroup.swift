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

extension TextBatch {
    /// The places of texts by length: groups whose padding stays below a fifth and that hold at most so many words with it,
    /// or one text.
    func groupsOfLikeLength(mostWords: Int) -> [[Int]] {
        var groups: [[Int]] = []
        for text in lengths.indices.sorted(by: { (lengths[$0], $0) < (lengths[$1], $1) }) {
            if let group = groups.last, let first = group.first, lengths[text] * 4 <= lengths[first] * 5,
                (group.count + 1) * lengths[text] <= mostWords
            {
                groups[groups.count - 1].append(text)
            } else {
                groups.append([text])
            }
        }
        return groups
    }
}
