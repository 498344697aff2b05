package import Torch

extension TextBatch {
    /// The mean of each text's rows, `[texts, width]`.
    package func means() throws(TorchError) -> Tensor {
        let shares = lengths.flatMap { length in [Float](repeating: 1 / Float(length), count: length) }
        let weights = try Tensor(shares, shape: [shares.count]).to(rows.dtype).to(device: rows.device)
        return try rows.segmentSums(lengths: lengths, weights: weights)
    }
}
