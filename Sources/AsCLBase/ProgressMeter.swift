import Foundation

/// Says how far a long piece of work is: on a terminal one line that rewrites itself, in a log a plain line every 30
/// seconds.
package final class ProgressMeter {
    /// How far it is.
    package struct State {
        package let done, total: Int
        /// Units a second, and the seconds that are left at the pace so far.
        package let rate, secondsLeft: Double
        /// What else is to be told, such as a loss.
        package var figures: [String]

        package init(done: Int, total: Int, rate: Double, secondsLeft: Double, figures: [String]) {
            (self.done, self.total, self.rate, self.secondsLeft) = (done, total, rate, secondsLeft)
            self.figures = figures
        }
    }

    /// Told by every line from here on.
    package var figures: [String] = [] { didSet { state?.figures = figures } }

    private let label: String
    private let unit: String
    private let output: ProgressOutput
    private let lastsUntilFinished: Bool
    private let rateWindow: Double
    private let line: ((State) -> String)?
    private var start: (done: Int, time: Double)
    private var units = 0
    /// When how many units were done, the oldest first: what the rate is taken of.
    private var past: [(units: Int, time: Double)]
    private var state: State?
    private var lastShown: Double

    /// - Parameters:
    ///   - label: What is done.
    ///   - unit: What the rate counts.
    ///   - done: What was done before: it does not count in the rate.
    ///   - output: Where the lines go, and their clock.
    ///   - lastsUntilFinished: Whether only `finish` ends the work. Its first and its last state are then shown in a log
    ///     too; otherwise short work leaves a log empty.
    ///   - rateWindow: The latest seconds, of which the rate is taken.
    ///   - line: A state in less than 80 columns, so that no terminal breaks it. Without it, a line such as
    ///     `encoding 40%  120 captions/s  left 0:25`.
    package init(
        _ label: String, unit: String, startingAt done: Int = 0, to output: ProgressOutput = .standardError,
        lastsUntilFinished: Bool = false, rateWindow: Double = .infinity, line: ((State) -> String)? = nil
    ) {
        (self.label, self.unit, self.output, self.line) = (label.escapedForTerminal, unit, output, line)
        (self.lastsUntilFinished, self.rateWindow) = (lastsUntilFinished, rateWindow)
        let time = output.seconds()
        start = (done, time)
        past = [(0, time)]
        lastShown = lastsUntilFinished ? -.infinity : time
    }

    /// Tells what an earlier run did of how much: it counts as done, but not in the rate.
    package func begin(at done: Int, of total: Int) {
        start = (done, output.seconds())
        (units, past) = (0, [(0, start.time)])
        if done > 0 { say("\(label): going on after \(done) of \(total) \(unit)") }
    }

    /// Tells how far the work is.
    package func update(_ done: Int, of total: Int) { update(done, of: total, units: done - start.done - units) }

    /// Tells how far the work is, where the rate counts something else than `done` does.
    /// - Parameter more: What it counts, since the last update.
    package func update(_ done: Int, of total: Int, units more: Int) {
        let time = output.seconds()
        units += more
        // A hundred samples tell a window's rate well enough, however often this is called.
        if time - past[past.count - 1].time >= rateWindow / 100 { past.append((units, time)) }
        while past.count > 2, past[1].time < time - rateWindow { past.removeFirst() }
        let pace = Double(done - start.done) / max(time - start.time, 1e-9)
        state = State(
            done: done, total: total, rate: Double(units - past[0].units) / max(time - past[0].time, 1e-9),
            secondsLeft: Double(total - done) / max(pace, 1e-9), figures: figures)
        if output.isTerminal, done == total, !lastsUntilFinished { return finish() }
        if time - lastShown >= (output.isTerminal ? 0.1 : 30) { show(at: time) }
    }

    /// Takes the rate from here on: what was done meanwhile is not the work that it measures.
    package func restartRate() { past = [(units, output.seconds())] }

    /// Puts a line of its own into the output, above the one that rewrites itself.
    package func say(_ message: String) {
        output.write(output.isTerminal && state != nil ? "\r\u{1B}[K\(message)\n\(currentLine)" : message + "\n")
    }

    /// Shows the last state, and ends the line that rewrote itself.
    package func finish() {
        guard state != nil else { return }
        show(at: output.seconds())
        if output.isTerminal { output.write("\n") }
        state = nil
    }

    private func show(at time: Double) {
        output.write(output.isTerminal ? "\r\(currentLine)\u{1B}[K" : currentLine + "\n")
        lastShown = time
    }

    private var currentLine: String {
        guard let state else { return "" }
        if let line { return line(state) }
        let left = Int(state.secondsLeft)
        return String(
            format: "%@ %.0f%%  %.0f %@/s  left %d:%02d", label,
            100 * Double(state.done) / Double(max(state.total, 1)), state.rate, unit, left / 60, left % 60)
    }
}
