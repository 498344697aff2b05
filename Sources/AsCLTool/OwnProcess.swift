import CommandLineOptions
import Foundation

/// This very program once more, in a process of its own: what ends it does not end this one.
enum OwnProcess {
    /// How it ended.
    enum End {
        /// By itself, with a status.
        case exited(Int32)
        /// By a signal.
        case killed(signal: Int32)
    }

    /// Starts it with the arguments of this one and more, and waits for its end; a signal that comes meanwhile is passed on.
    /// - Parameter isQuiet: Whether a crash leaves no trace of the stack.
    static func run(adding arguments: [String], isQuiet: Bool = false) throws -> End {
        let process = Process()
        process.executableURL = Bundle.main.executableURL
        process.arguments = CommandLine.arguments.dropFirst() + arguments
        if isQuiet {
            process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
        }
        try process.run()
        var isTold = false
        while process.isRunning {
            if let signal = InterruptFlag.signalNumber, !isTold {
                kill(process.processIdentifier, signal)
                isTold = true
            }
            Thread.sleep(forTimeInterval: 0.05)
        }
        process.waitUntilExit()
        let status = process.terminationStatus
        return process.terminationReason == .uncaughtSignal ? .killed(signal: status) : .exited(status)
    }

    /// In that process: stops, as at SIGTERM, once the one that started it is gone.
    static func stopWithParent() {
        let parent = getppid()
        Thread.detachNewThread {
            while getppid() == parent { Thread.sleep(forTimeInterval: 0.5) }
            kill(getpid(), SIGTERM)
        }
    }
}
