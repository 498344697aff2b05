import TextEncoding
import Torch
import TorchNN

/// DIME's words and sentence vector, of the text encoder's words x_j. With c_j the ReLU of convolutions over one, two and
/// three words side by side (zeros stand beyond the ends):
///
///     word_j = unit(M c_j + W x_j),   sentence = unit(M max_j c_j + mean_j W x_j)
struct DIMETextEncoder: Sendable {
    /// Over 1, 2 and 3 words: linear layers of words side by side.
    private let convolutions: [Linear]
    private let joint, direct: Linear

    /// Builds it along `convolutions.*`, `joint` and `direct`.
    init(_ scope: ParameterScope, _ configuration: BaselineConfiguration) throws(TorchError) {
        let (width, dimension) = (configuration.textDimension, configuration.jointDimension)
        convolutions = try (1...3).map { words throws(TorchError) in
            try Linear(scope / "convolutions" / String(words), from: words * width, to: dimension)
        }
        joint = try Linear(scope / "joint", from: 3 * dimension, to: dimension)
        direct = try Linear(scope / "direct", from: width, to: dimension)
    }

    /// Words D wide and sentence vectors `[texts, D]`, all of length one.
    func callAsFunction(_ texts: TextBatch) throws(TorchError) -> (words: TextBatch, sentences: Tensor) {
        let rows = try texts.rows.to(.float32)
        let (before, after) = (try neighbours(texts, rows, -1), try neighbours(texts, rows, 1))
        let windows = [[rows], [rows, after], [before, rows, after]]
        var parts: [Tensor] = []
        for (layer, window) in zip(convolutions, windows) {
            parts.append(try layer(window.count == 1 ? rows : .concatenated(window, dimension: 1)).relu())
        }
        let local = try texts.replacingRows(.concatenated(parts, dimension: 1))
        let own = try texts.replacingRows(direct(rows))
        // A ReLU's values are not below the zeros that fill texts up.
        let largest = try local.padded().rows.maximum(1)
        return try (
            texts.replacingRows((joint(local.rows) + own.rows).normalized(1)),
            (joint(largest) + own.means()).normalized(1)
        )
    }

    /// The row so many places further on in the same text, or zeros.
    private func neighbours(_ texts: TextBatch, _ rows: Tensor, _ step: Int) throws(TorchError) -> Tensor {
        let count = rows.shape[0]
        let places = zip(texts.offsets, texts.lengths).flatMap { start, length in
            (0..<length).map { (0..<length).contains($0 + step) ? start + $0 + step : count }
        }
        let zeros = try Tensor.zeros([1, rows.shape[1]], device: rows.device)
        return try Tensor.concatenated([rows, zeros])
            .indexSelect(Tensor(places, shape: [count]).to(device: rows.device))
    }
}
