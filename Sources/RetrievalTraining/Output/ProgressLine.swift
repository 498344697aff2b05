import Foundation

/// Says how far a training is: on a terminal one line that is redrawn, elsewhere a plain line now and then.
package struct ProgressLine {
    private let totalSteps: Int
    private let isTerminal: Bool
    private let seconds: () -> Double
    private let write: (String) -> Void

    private var start: (step: Int, time: Double)
    /// The latest steps, of which the rate is taken: when they ended and how many pairs had been seen.
    private var recent: [(time: Double, pairs: Int)]
    private var lastWritten: Double?
    /// The line of the latest step, with whatever validation there has been since.
    private var lastLine: String { latest.map { $0(rsum) } ?? "" }
    private var latest: ((Double?) -> String)?
    private var rsum: Double?

    /// - Parameters:
    ///   - totalSteps: the steps of the whole training.
    ///   - step: the steps done before, when a training is resumed.
    ///   - isTerminal: whether `write` ends at a terminal.
    ///   - seconds: a clock that never goes back.
    ///   - write: takes text to show as it is.
    package init(
        totalSteps: Int, startingAt step: Int = 0, isTerminal: Bool = isatty(STDERR_FILENO) == 1,
        seconds: @escaping () -> Double = { ProcessInfo.processInfo.systemUptime },
        write: @escaping (String) -> Void = ProgressLine.writeToStandardError
    ) {
        self.totalSteps = totalSteps
        self.isTerminal = isTerminal
        self.seconds = seconds
        self.write = write
        let now = seconds()
        start = (step, now)
        recent = [(now, 0)]
    }

    /// A training does not end because nobody reads its progress any more: a closed pipe is no error here.
    package static func writeToStandardError(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }

    /// Tells of a step that has ended.
    ///
    /// - Parameters:
    ///   - step: the steps done, from 1.
    ///   - pairs: the pairs of this step.
    ///   - loss: its loss.
    package mutating func update(step: Int, pairs: Int, loss: Double) {
        let now = seconds()
        recent.append((now, recent[recent.count - 1].pairs + pairs))
        while recent.count > 2 && recent[1].time < now - 10 {
            recent.removeFirst()
        }
        let rate = Double(recent[recent.count - 1].pairs - recent[0].pairs) / (now - recent[0].time)
        let secondsAStep = (now - start.time) / Double(step - start.step)
        latest = { [totalSteps] rsum in
            Self.line(
                step: step, totalSteps: totalSteps, pairsPerSecond: rate, loss: loss, rsum: rsum,
                secondsLeft: secondsAStep * Double(totalSteps - step))
        }
        if now - (lastWritten ?? -.infinity) >= (isTerminal ? 0.1 : 30) {
            show(at: now)
        }
    }

    /// Tells of a validation; its time is not counted into the rate.
    package mutating func validated(rsum: Double) {
        self.rsum = rsum
        recent = [(seconds(), 0)]
    }

    /// Puts a line of its own into the output, above the progress line.
    package mutating func say(_ message: String) {
        write(isTerminal ? "\r\u{1B}[K\(message)\n\(lastLine)" : message + "\n")
    }

    /// Shows the last state, and ends the line that was redrawn.
    package mutating func finish() {
        guard latest != nil else { return }
        show(at: seconds())
        if isTerminal {
            write("\n")
        }
        latest = nil
    }

    private mutating func show(at now: Double) {
        write(isTerminal ? "\r\(lastLine)\u{1B}[K" : lastLine + "\n")
        lastWritten = now
    }

    /// One line of less than 80 columns, so that no terminal breaks it.
    static func line(
        step: Int, totalSteps: Int, pairsPerSecond: Double, loss: Double, rsum: Double?, secondsLeft: Double
    ) -> String {
        var parts = [
            "step \(step)/\(totalSteps)",
            String(format: "%.1f%%", 100 * Double(step) / Double(totalSteps)),
            String(format: pairsPerSecond < 10 ? "%.1f pairs/s" : "%.0f pairs/s", pairsPerSecond),
            String(format: "loss %.3f", loss),
        ]
        if let rsum {
            parts.append(String(format: "Rsum %.1f", rsum))
        }
        parts.append("left \(duration(secondsLeft))")
        return parts.joined(separator: "  ")
    }

    /// Hours, minutes and seconds as a clock shows them.
    static func duration(_ seconds: Double) -> String {
        guard let whole = Int(exactly: seconds.rounded(.up)) else { return "?" }
        return whole >= 3600
            ? String(format: "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
            : String(format: "%d:%02d", whole / 60, whole % 60)
    }
}
