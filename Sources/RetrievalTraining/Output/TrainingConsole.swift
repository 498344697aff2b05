import AsCLBase
import Foundation
import RetrievalEvaluation

/// Shows a training's events on standard error: a progress line that is redrawn on a terminal, plain lines in a log.
package final class TrainingConsole {
    private var line: ProgressLine?
    private var step = 0
    private let encoding: (Int, Int) -> Void

    /// - Parameter encoding: Shows how many captions of how many are encoded.
    package init(encoding: @escaping (Int, Int) -> Void = { _, _ in }) { self.encoding = encoding }

    /// Shows what has happened.
    package func show(_ event: TrainingEvent) {
        switch event {
        case .notice(let text): ProgressOutput.standardError.write(text.escapedForTerminal + "\n")
        case .encoding(let done, let total): encoding(done, total)
        case .began(let steps, let done, let bestRsum):
            line = ProgressLine(totalSteps: steps, startingAt: done)
            if let bestRsum { line?.validated(rsum: bestRsum) }
        case .step(let step, let pairs, let loss):
            self.step = step
            line?.update(step: step, pairs: pairs, loss: loss)
        case .validated(let result, let epoch):
            line?.validated(rsum: result.rsum)
            line?.say(
                String(
                    format: "epoch %d, step %d: validation R@1 %.1f image to text, %.1f text to image, Rsum %.1f",
                    epoch, step,
                    result.imageToText.r1, result.textToImage.r1, result.rsum))
        case .ended: line?.finish()
        }
    }
}
