import Foundation

/// Where progress is shown, and the clock that it is measured by.
package struct ProgressOutput {
    /// Whether `write` ends at a terminal.
    package let isTerminal: Bool
    /// A clock that never goes back.
    package let seconds: () -> Double
    /// Takes text to show as it is.
    package let write: (String) -> Void

    package init(isTerminal: Bool, seconds: @escaping () -> Double, write: @escaping (String) -> Void) {
        (self.isTerminal, self.seconds, self.write) = (isTerminal, seconds, write)
    }

    /// Standard error. Work does not end because nobody reads its progress any more: a closed pipe is no error here.
    package static var standardError: ProgressOutput {
        ProgressOutput(
            isTerminal: isatty(STDERR_FILENO) == 1, seconds: { ProcessInfo.processInfo.systemUptime },
            write: { try? FileHandle.standardError.write(contentsOf: Data($0.utf8)) })
    }
}
