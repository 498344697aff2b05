import Foundation

/// Progress of a count with rate and time left: redrawn on a terminal, a line now and then in a log.
package final class Meter {
    private let label: String
    private let unit: String
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var start = ProcessInfo.processInfo.systemUptime
    private var before = 0
    private var shown: Double

    package init(_ label: String, unit: String) {
        self.label = label
        self.unit = unit
        shown = start
    }

    /// What was done by an earlier run, and how much there is: it counts as done, but not in the rate.
    package func begin(at done: Int, of total: Int) {
        (start, before) = (ProcessInfo.processInfo.systemUptime, done)
        if done > 0 { Terminal.say("\(label): going on after \(done) of \(total) \(unit)") }
    }

    package func update(_ done: Int, of total: Int) {
        let now = ProcessInfo.processInfo.systemUptime
        guard now - shown >= (isTerminal ? 0.2 : 30) || (isTerminal && done == total) else { return }
        shown = now
        let rate = Double(done - before) / max(now - start, 1e-9)
        let left = Double(total - done) / max(rate, 1e-9)
        let line = String(
            format: "%@ %.0f%%  %.0f %@/s  left %d:%02d", label, 100 * Double(done) / Double(max(total, 1)), rate, unit,
            Int(left) / 60, Int(left) % 60)
        FileHandle.standardError.write(Data((isTerminal ? "\r\(line)\u{1B}[K" : line + "\n").utf8))
        if isTerminal, done == total { FileHandle.standardError.write(Data("\n".utf8)) }
    }
}
