import Foundation
import Testing

@testable import SearchServer

/// Holds the server to its description in `openapi.json`, by Schemathesis: it makes up requests that the description allows
/// and such that it does not, and looks at every answer.
@Suite(.timeLimit(.minutes(10))) struct DescriptionTests {
    /// In a virtual environment of its own, as `.ci/run` makes it, or wherever PATH leads.
    private static let schemathesis: String? = {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? NSHomeDirectory() + "/.cache"
        let folders =
            ["\(cache)/ascl/schemathesis/bin"] + (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return folders.map { $0 + "/schemathesis" }.first(where: FileManager.default.isExecutableFile)
    }()

    @Test(.enabled("needs Schemathesis: pip install schemathesis") { schemathesis != nil })
    func `the server is as its description says`() async throws {
        let program = try #require(Self.schemathesis)
        try await ServedPhotos().serve { server async throws in
            try await server.listening { port async throws in
                let address = "http://127.0.0.1:\(port)/api/openapi.json"
                let (status, output) = try await onThread {
                    let (process, pipe) = (Process(), Pipe())
                    process.executableURL = URL(fileURLWithPath: program)
                    process.currentDirectoryURL = FileManager.default.temporaryDirectory
                    process.arguments = [
                        "run", address, "--no-color", "--seed", "1", "--max-examples", "20", "--checks", "all",
                        // No schema can say that one of q, like and a picture has to be there, or what a picture's bytes are.
                        "--exclude-checks", "positive_data_acceptance",
                    ]
                    process.standardOutput = pipe
                    process.standardError = pipe
                    try process.run()
                    let output = pipe.fileHandleForReading.readDataToEndOfFile()
                    process.waitUntilExit()
                    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
                }
                #expect(status == 0, "\(output)")
                #expect(output.contains("Operations:"), "\(output)")
            }
        }
    }
}
