import ArgumentParser
import CommandLineOptions
import Foundation

struct BenchSharing: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sharing",
        abstract: "Time training steps alone and beside a busy process on each core.",
        discussion: """
            Each with threads that wait as in this program, and as libgomp lets them by itself. The mean of all steps \
            counts, each of the four in a process of its own, in turns.
            """)

    @Option(help: "Images and captions in the batch.")
    var batch = 32
    @Option(help: "D, the joint dimension.")
    var dimension = 128
    @Option(help: "Timed steps of each turn.")
    var steps = 10
    @Option(help: "Turns.")
    var turns = 2
    @Flag(help: "Print the result as JSON.")
    var json = false

    mutating func validate() throws {
        try ValidationError.expect(atLeast: 2, ["batch": batch])
        try ValidationError.expect(atLeast: 1, ["dimension": dimension, "steps": steps, "turns": turns])
    }

    struct Row: Encodable {
        let waiting: String
        let spins: Int
        var alone_seconds = 0.0
        var beside_seconds = 0.0
    }

    private struct Step: Decodable { let mean_seconds: Double }

    func run() throws {
        // 300,000 is what libgomp takes where nothing is said.
        var rows = [Row(waiting: "ascl", spins: Waiting.spins), Row(waiting: "libgomp", spins: 300_000)]
        for _ in 0..<turns {
            for place in rows.indices {
                rows[place].alone_seconds += try step(spins: rows[place].spins) / Double(turns)
            }
            try besideBusyProcesses {
                for place in rows.indices {
                    rows[place].beside_seconds += try step(spins: rows[place].spins) / Double(turns)
                }
            }
        }
        if json { return try Terminal.printJSON(rows) }
        print("seconds a step of \(batch) images, D \(dimension)   alone   beside a busy process on each core")
        for row in rows {
            let name = "\(row.waiting) (\(row.spins) spins)".padding(toLength: 36, withPad: " ", startingAt: 0)
            print(name + String(format: "%8.3f  %8.3f", row.alone_seconds, row.beside_seconds))
        }
    }

    /// The mean of some training steps in another process, whose threads wait so.
    private func step(spins: Int) throws -> Double {
        let process = Process()
        let output = Pipe()
        process.executableURL = Bundle.main.executableURL
        process.arguments = [
            "step", "--batch", "\(batch)", "--dimension", "\(dimension)", "--heads", "1", "--repeat", "\(steps)",
            "--json",
        ]
        var environment = ProcessInfo.processInfo.environment
        environment["OMP_WAIT_POLICY"] = nil
        environment[Waiting.variable] = "\(spins)"
        process.environment = environment
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ExitCode(process.terminationStatus) }
        return try JSONDecoder().decode(Step.self, from: text).mean_seconds
    }

    /// Calls `body` while a process on each core does nothing but turn.
    private func besideBusyProcesses(_ body: () throws -> Void) throws {
        var busy: [Process] = []
        defer {
            for process in busy {
                process.terminate()
                process.waitUntilExit()
            }
        }
        for _ in 0..<ProcessInfo.processInfo.activeProcessorCount {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", "while :; do :; done"]
            try process.run()
            busy.append(process)
        }
        try body()
    }
}
