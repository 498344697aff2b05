package import Torch

extension TextBatch {
    /// The mean of each text's rows, `[texts, width]`, as one product with an averaging matrix.
    package func means() throws(TorchError) -> Tensor {
        var matrix = [Float](repeating: 0, count: lengths.count * rows.shape[0])
        var row = 0
        for (text, length) in lengths.enumerated() {
            for _ in 0..<length {
                matrix[text * rows.shape[0] + row] = 1 / Float(length)
                row += 1
            }
        }
        return try Tensor(matrix, shape: [lengths.count, rows.shape[0]]).to(rows.dtype).to(device: rows.device).matmul(
            rows)
    }
}
