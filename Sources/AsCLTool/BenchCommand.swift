import ArgumentParser
import AsCLBase
import Foundation

/// `ascl-bench` under another name.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Time the parts of this program: the same as `ascl-bench`.")

    @Argument(parsing: .captureForPassthrough, help: "What `ascl-bench` is told.")
    var arguments: [String] = []

    /// Becomes the `ascl-bench` that stands beside this program.
    func run() throws {
        let own = URL(fileURLWithPath: Bundle.main.executablePath ?? CommandLine.arguments[0])
        let bench = own.resolvingSymlinksInPath().deletingLastPathComponent().path + "/ascl-bench"
        let words = ([bench] + arguments).map { strdup($0) }
        execv(bench, words + [nil])
        let code = errno
        throw InputError(
            path: bench, expected: "the program that `make build` puts there",
            found: String(cString: strerror(code)), systemCode: code)
    }
}
