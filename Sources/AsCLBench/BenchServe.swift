import ArgumentParser
import AsCLBase
import CommandLineOptions
import Foundation
import Synchronization

struct BenchServe: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Have many clients search a server at once, and watch its answers and its memory.",
        discussion: """
            Starts the `ascl serve` that lies beside this program. Every client asks a sentence of its own, and the next as \
            soon as it is answered; told to come back later, it does.
            """)

    @Option(help: "The index's folder. Default: what `ascl serve` takes.")
    var index: String?
    @Option(help: "Clients at once.")
    var clients = 64
    @Option(help: "How long.")
    var seconds = 60
    @Flag(help: "Print the result as JSON.")
    var json = false

    mutating func validate() throws {
        try ValidationError.expect(atLeast: 1, ["clients": clients, "seconds": seconds])
    }

    struct Figures: Encodable {
        let what = "serve"
        let clients, seconds: Int
        /// Searches answered, requests told to come back, and all else: other statuses, connections that broke.
        let answered, told_to_come_back, errors: Int
        let answered_per_second, share_told: Double
        /// Of those that were answered.
        let p50_seconds, p99_seconds: Double
        let memory_bytes_at_start, memory_bytes_at_end: Int
    }

    func run() throws {
        let server = try ServerProcess(index: index)
        defer { server.end() }
        // What is loaded with the first search is no growth.
        for number in 0..<20 { _ = try LoadClient(port: server.port).search("warm \(number)") }
        let start = server.memory
        let results = Mutex(Results())
        let end = Date(timeIntervalSinceNow: Double(seconds))
        let group = DispatchGroup()
        for number in 0..<clients {
            group.enter()
            let thread = Thread {
                var own = Results()
                Self.ask(server.port, number, until: end, &own)
                results.withLock { $0.add(own) }
                group.leave()
            }
            thread.start()
        }
        group.wait()
        let sum = results.withLock { $0 }
        let sorted = sum.times.sorted()
        guard let last = sorted.last else {
            throw InputError(place: "serve", expected: "answers", found: "none in \(seconds) s, \(sum.errors) errors")
        }
        func time(_ percent: Int) -> Double { sorted[min(sorted.count - 1, sorted.count * percent / 100)] }
        let figures = Figures(
            clients: clients, seconds: seconds, answered: sorted.count, told_to_come_back: sum.told, errors: sum.errors,
            answered_per_second: Double(sorted.count) / Double(seconds),
            share_told: Double(sum.told) / Double(sum.told + sorted.count), p50_seconds: time(50),
            p99_seconds: time(99),
            memory_bytes_at_start: start, memory_bytes_at_end: server.memory)
        if json { return try Terminal.printJSON(figures) }
        print(
            "\(clients) clients for \(seconds) s: \(sorted.count) answered, \(sum.told) told to come back, \(sum.errors) errors"
        )
        print(
            String(
                format:
                    "%.0f answers/s; %.0f ms p50, %.0f ms p99, %.0f ms at most; %.0f MB at the start, %.0f MB at the end",
                figures.answered_per_second, 1e3 * figures.p50_seconds, 1e3 * figures.p99_seconds, 1e3 * last,
                Double(start) / 1e6, Double(figures.memory_bytes_at_end) / 1e6))
    }

    private struct Results {
        var times: [Double] = []
        var told = 0, errors = 0

        mutating func add(_ other: Results) {
            times += other.times
            told += other.told
            errors += other.errors
        }
    }

    /// One client's searches.
    private static func ask(_ port: UInt16, _ number: Int, until end: Date, _ results: inout Results) {
        var client: LoadClient?
        var turn = 0
        while Date() < end {
            turn += 1
            do {
                let current = try client ?? LoadClient(port: port)
                client = current
                let start = ContinuousClock.now
                switch try current.search("a photo of client \(number), number \(turn)") {
                case .answered: results.times.append((ContinuousClock.now - start) / .seconds(1))
                case .comeBack(let seconds):
                    results.told += 1
                    Thread.sleep(forTimeInterval: seconds)
                case .other: results.errors += 1
                }
            } catch {
                results.errors += 1
                client = nil
            }
        }
    }
}

/// `ascl serve` as a process of its own.
private final class ServerProcess: @unchecked Sendable {
    private let process = Process()
    let port: UInt16

    init(index: String?) throws {
        let own = Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
        process.executableURL = own.deletingLastPathComponent().appendingPathComponent("ascl")
        process.arguments = ["serve", "--port", "0"] + (index.map { ["--index", $0] } ?? [])
        process.standardError = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        var text = ""
        while !text.contains("\n") {
            let part = output.fileHandleForReading.availableData
            guard !part.isEmpty else { break }
            text += String(decoding: part, as: UTF8.self)
        }
        guard let port = text.firstMatch(of: /:(\d+)\/\n/).flatMap({ UInt16($0.1) }) else {
            throw InputError(place: "ascl serve", expected: "an address", found: "its end: run it by itself to see why")
        }
        self.port = port
    }

    /// Bytes that it has in memory now.
    var memory: Int {
        let status = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return (line.flatMap { Int($0.filter(\.isNumber)) } ?? 0) * 1024
    }

    func end() {
        process.terminate()
        process.waitUntilExit()
    }
}
