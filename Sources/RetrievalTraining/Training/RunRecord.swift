import Foundation
import RetrievalEvaluation

/// All that a run tells of itself while it goes on: the progress line, `log.jsonl` and TensorBoard's events.
struct RunRecord {
    private let log: RunLog
    private let board: TensorBoardWriter
    private var line: ProgressLine

    /// Opens the logs in `folder`, to go on from a checkpoint's step or anew.
    init(_ folder: RunFolder, totalSteps: Int, resumingAtStep step: Int?, bestRsum: Double?) throws(TrainingError) {
        log = try RunLog(path: folder.file("log.jsonl"), resumingAtStep: step)
        board = try TensorBoardWriter(folder: folder.path, resumingAtStep: step)
        line = ProgressLine(totalSteps: totalSteps, startingAt: step ?? 0)
        if let bestRsum { line.validated(rsum: bestRsum) }
    }

    mutating func progress(step: Int, pairs: Int, loss: Double) { line.update(step: step, pairs: pairs, loss: loss) }

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

    mutating func validation(_ result: RetrievalResult, step: Int, epoch: Int) throws(TrainingError) {
        let (i2t, t2i) = (result.imageToText.r1, result.textToImage.r1)
        line.validated(rsum: result.rsum)
        line.say(
            String(
                format: "epoch %d: validation R@1 %.1f image to text, %.1f text to image, Rsum %.1f", epoch, i2t, t2i,
                result.rsum))
        try log.append(
            step: step, epoch: epoch,
            figures: ["validation_rsum": result.rsum, "validation_i2t_r1": i2t, "validation_t2i_r1": t2i])
        try board.append(
            step: step,
            scalars: ["validation/rsum": result.rsum, "validation/i2t_r1": i2t, "validation/t2i_r1": t2i])
    }

    mutating func finish() { line.finish() }
}
