package import AsCLBase
import Foundation

/// What a training tells of itself by a `ProgressMeter`: steps, pairs a second, loss and validation.
package struct ProgressLine {
    private let totalSteps: Int
    private let meter: ProgressMeter
    private var loss = 0.0
    private var rsum: Double?

    /// - Parameters:
    ///   - totalSteps: the steps of the whole training.
    ///   - step: the steps done before, when a training is resumed.
    ///   - output: where the lines go.
    package init(totalSteps: Int, startingAt step: Int = 0, to output: ProgressOutput = .standardError) {
        self.totalSteps = totalSteps
        meter = ProgressMeter(
            "training", unit: "pairs", startingAt: step, to: output, lastsUntilFinished: true, rateWindow: 10,
            line: Self.line)
    }

    /// Tells of a step that has ended.
    ///
    /// - Parameters:
    ///   - step: the steps done, from 1.
    ///   - pairs: the pairs of this step.
    ///   - loss: its loss.
    package mutating func update(step: Int, pairs: Int, loss: Double) {
        self.loss = loss
        tellFigures()
        meter.update(step, of: totalSteps, units: pairs)
    }

    /// Tells of a validation; its time is not counted into the rate.
    package mutating func validated(rsum: Double) {
        self.rsum = rsum
        tellFigures()
        meter.restartRate()
    }

    /// Puts a line of its own into the output, above the progress line.
    package func say(_ message: String) { meter.say(message) }

    /// Shows the last state, and ends the line that was redrawn.
    package func finish() { meter.finish() }

    private func tellFigures() {
        meter.figures = [String(format: "loss %.3f", loss)] + (rsum.map { [String(format: "Rsum %.1f", $0)] } ?? [])
    }

    static func line(_ state: ProgressMeter.State) -> String {
        let parts =
            [
                "step \(state.done)/\(state.total)",
                String(format: "%.1f%%", 100 * Double(state.done) / Double(state.total)),
                String(format: state.rate < 10 ? "%.1f pairs/s" : "%.0f pairs/s", state.rate),
            ] + state.figures + ["left \(duration(state.secondsLeft))"]
        return parts.joined(separator: "  ")
    }

    /// Hours, minutes and seconds as a clock shows them.
    private static func duration(_ seconds: Double) -> String {
        guard let whole = Int(exactly: seconds.rounded(.up)) else { return "?" }
        return whole >= 3600
            ? String(format: "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
            : String(format: "%d:%02d", whole / 60, whole % 60)
    }
}
