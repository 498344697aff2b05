import Foundation
import Testing

/// One run of the built `ascl`, as a user runs it: a process of its own, its output caught in files.
final class Tool {
    /// What a finished run left.
    struct Result {
        /// The exit status; the signal's number where `wasKilled`.
        let status: Int32
        let wasKilled: Bool
        /// Standard output.
        let output: String
        /// Standard error.
        let errors: String

        var outputLines: [String] { output.split(separator: "\n").map(String.init) }
        var errorLines: [String] { errors.split(separator: "\n").map(String.init) }
        /// Standard output as JSON.
        var json: [String: Any] {
            get throws { try #require(JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]) }
        }
    }

    /// The tool stands beside the test bundle in the build folder.
    static let path = (Bundle.main.executablePath ?? CommandLine.arguments[0]).folder + "/ascl"

    private let process = Process()
    private let captured: String

    /// Starts the tool.
    /// - Parameters:
    ///   - shell: What `sh` does before it becomes the tool, such as `ulimit`.
    ///   - program: Its file.
    ///   - environment: Variables that it gets besides, or instead of, the test's own.
    ///   - signal: A signal that it gets on its way.
    init(
        _ arguments: [String], shell: String = "", program: String = path, environment: [String: String] = [:],
        signal: SignalAtFile? = nil
    ) throws {
        captured = try Workshop.newFolder("captured")
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "\(shell)\nexec \"$0\" \"$@\"", program] + arguments
        // One thread each: several tests run at once. Where it is said how threads wait, the tool does not start itself once
        // more to say so, and load libtorch once more with it.
        process.environment = ProcessInfo.processInfo.environment
            .merging(["OMP_NUM_THREADS": "1", "GOMP_SPINCOUNT": "1"]) { $1 }
            .merging(environment) { $1 }.merging(try signal?.environment ?? [:]) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try Self.newFile(captured + "/output")
        process.standardError = try Self.newFile(captured + "/errors")
        // A test's thread blocks most signals, and a process inherits that; a user's shell blocks none.
        var none = sigset_t()
        var own = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &own)
        defer { pthread_sigmask(SIG_SETMASK, &own, nil) }
        try process.run()
    }

    /// Runs the tool to its end.
    static func run(_ arguments: String...) throws -> Result { try Tool(arguments).finish() }

    /// Whether it has not ended.
    var isRunning: Bool { process.isRunning }

    /// Waits for the first line that it prints; what there is, where it ends before.
    func firstLine() throws -> String {
        while true {
            let isOver = !process.isRunning
            let output = try text(captured + "/output")
            if let end = output.firstIndex(of: "\n") { return String(output[..<end]) }
            if isOver { return output }
            sched_yield()
        }
    }

    /// The variables that it has while it runs.
    func environment() throws -> [String] {
        let variables = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(process.processIdentifier)/environ"))
        return variables.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Asks it to end, by SIGTERM.
    func terminate() { process.terminate() }

    /// Presses Ctrl-C.
    func interrupt() { kill(process.processIdentifier, SIGINT) }

    /// Waits for the end.
    func finish() throws -> Result {
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
            output: try text(captured + "/output"), errors: try text(captured + "/errors"))
    }

    private static func newFile(_ path: String) throws -> FileHandle {
        try Data().write(to: URL(fileURLWithPath: path))
        return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    }
}

/// A refusal is exit status 1, nothing on standard output, and on standard error one line that begins with the tool's
/// name and holds `parts` (file, place, expected, found) in this order.
/// - Parameter hasBegun: Whether lines of progress may stand before it.
func expectRefusal(
    _ run: Tool.Result, _ parts: [String], hasBegun: Bool = false, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(run.status == 1 && !run.wasKilled, "\(run)", sourceLocation: sourceLocation)
    #expect(run.output.isEmpty, sourceLocation: sourceLocation)
    #expect(run.errorLines.count == 1 || hasBegun, "\(run.errors)", sourceLocation: sourceLocation)
    #expect(run.errorLines.count { $0.hasPrefix("ascl: ") } == 1, "\(run.errors)", sourceLocation: sourceLocation)
    let line = run.errorLines.last ?? ""
    #expect(line.hasPrefix("ascl: "), "\(run.errors)", sourceLocation: sourceLocation)
    var rest = line[...]
    for part in parts {
        guard let range = rest.range(of: part) else {
            Issue.record("no \"\(part)\" in its place in: \(line)", sourceLocation: sourceLocation)
            return
        }
        rest = rest[range.upperBound...]
    }
}
