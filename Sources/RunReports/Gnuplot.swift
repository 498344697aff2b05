import AsCLBase
import Dispatch
import Foundation

/// The plotting program, run as a process of its own that reads a script and prints a drawing.
struct Gnuplot {
    /// The program's name, looked for on `PATH`, or its path.
    var executable = "gnuplot"
    /// How long one figure may take.
    var timeLimit: Duration = .seconds(60)

    /// What a script prints.
    /// - Parameter place: What is drawn, for errors.
    func run(_ script: String, place: String) throws(InputError) -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try path())
        process.arguments = ["--default-settings"]  // A user's own defaults would make another figure.
        process.environment = ProcessInfo.processInfo.environment.merging(["LC_ALL": "C"]) { $1 }
        let input = try Self.scratchFile()
        let output = try Self.scratchFile()
        let errors = try Self.scratchFile()
        defer { for file in [input, output, errors] { fclose(file) } }
        guard fputs(script, input) >= 0, fflush(input) == 0 else {
            throw InputError(
                place: place, expected: "room for a scratch file", found: String(cString: strerror(errno)))
        }
        rewind(input)
        process.standardInput = FileHandle(fileDescriptor: fileno(input), closeOnDealloc: false)
        process.standardOutput = FileHandle(fileDescriptor: fileno(output), closeOnDealloc: false)
        process.standardError = FileHandle(fileDescriptor: fileno(errors), closeOnDealloc: false)
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        do {
            try process.run()
        } catch {
            throw InputError(
                place: place, expected: "\(executable) to start", found: error.localizedDescription)
        }
        let seconds = Int(timeLimit.components.seconds)
        if ended.wait(timeout: .now() + .seconds(seconds)) == .timedOut {
            kill(process.processIdentifier, SIGKILL)
            ended.wait()
            throw InputError(place: place, expected: "\(executable) to end within \(seconds) s", found: "it ran on")
        }
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw InputError(
                place: place, expected: "\(executable) to draw it",
                found: "status \(process.terminationStatus): \(Self.sentence(Self.text(of: errors)))")
        }
        return Self.text(of: output)
    }

    private func path() throws(InputError) -> String {
        let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":").map { $0 + "/" } ?? []
        let candidates = executable.contains("/") ? [executable] : folders.map { $0 + executable }
        guard let path = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
            throw InputError(
                place: executable, expected: "the plotting program (apt-get install gnuplot-nox)", found: "none on PATH"
            )
        }
        return path
    }

    /// A file without a name, which goes when it is closed. Unlike a pipe it takes everything at once, so that neither
    /// side waits for the other.
    private static func scratchFile() throws(InputError) -> UnsafeMutablePointer<FILE> {
        guard let file = tmpfile() else {
            throw InputError(
                place: "gnuplot", expected: "room for a scratch file", found: String(cString: strerror(errno)))
        }
        return file
    }

    private static func text(of file: UnsafeMutablePointer<FILE>) -> String {
        rewind(file)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// gnuplot's message without the line it points into: that holds our script.
    private static func sentence(_ message: String) -> String {
        let lines = message.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        return lines.filter { !$0.isEmpty && $0 != "^" }.joined(separator: "; ")
    }
}
