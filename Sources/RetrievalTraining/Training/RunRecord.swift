import Foundation
import RetrievalEvaluation

/// What a run writes down of itself while it goes on: `log.jsonl` and TensorBoard's events.
struct RunRecord {
    private let log: RunLog
    private let board: TensorBoardWriter

    /// Opens the logs in `folder`, to go on from a checkpoint's step or anew.
    init(_ folder: RunFolder, resumingAtStep step: Int?) throws(TrainingError) {
        log = try RunLog(path: folder.file("log.jsonl"), resumingAtStep: step)
        board = try TensorBoardWriter(folder: folder.path, resumingAtStep: step)
    }

    func step(
        _ step: Int, epoch: Int, loss: Double, gradientNorm: Double, learningRate: Double
    ) throws(TrainingError) {
        try log.append(
            step: step, epoch: epoch,
            figures: ["loss": loss, "gradient_norm": gradientNorm, "learning_rate": learningRate])
        try board.append(
            step: step,
            scalars: ["train/loss": loss, "train/gradient_norm": gradientNorm, "train/learning_rate": learningRate])
    }

    func validation(_ result: RetrievalResult, step: Int, epoch: Int) throws(TrainingError) {
        let (i2t, t2i) = (result.imageToText.r1, result.textToImage.r1)
        try log.append(
            step: step, epoch: epoch,
            figures: ["validation_rsum": result.rsum, "validation_i2t_r1": i2t, "validation_t2i_r1": t2i])
        try board.append(
            step: step,
            scalars: ["validation/rsum": result.rsum, "validation/i2t_r1": i2t, "validation/t2i_r1": t2i])
    }
}
