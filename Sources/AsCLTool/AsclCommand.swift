import ArgumentParser
import AsCLBase
import Foundation
import Torch

/// The command line: parse, call, print.
@main
struct AsclCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ascl",
        abstract: "Find pictures by sentence and sentences by picture.",
        discussion: """
            AsCLModel scores a picture against a sentence by letting image regions and words attend to each other. Train a \
            model on captioned pictures, measure it, and ask it.

            Try it:  ascl scenes generate --output scenes
                     ascl train --config Configs/scenes.yaml --data scenes --output runs/scenes
                     ascl query --checkpoint runs/scenes --data scenes --split test "a red star above a blue circle"
            """,
        version: Version.current,
        subcommands: [
            TrainCommand.self, EvaluateCommand.self, ProbeCommand.self, QueryCommand.self, DataCommand.self,
            FeaturesCommand.self, WeightsCommand.self, ExperimentCommand.self, ScenesCommand.self, BenchCommand.self,
        ])

    /// Exit codes: 0 done, 1 something is wrong with the input or the machine, 2 wrong usage, 128 + n signal n.
    static func main() {
        // A write beyond a limit on file sizes is then an error like a full disk's, not a silent death.
        signal(SIGXFSZ, SIG_IGN)
        // libtorch asks for large pages then, where the system has them: a training step spends a sixth of its time on
        // small ones.
        setenv("THP_MEM_ALLOC_ENABLE", "1", 0)
        Torch.keepFreedMemory()
        do {
            var command = try parseAsRoot()
            do {
                try command.run()
                finish(0)
            } catch let code as ExitCode {
                finish(code.rawValue)
            } catch  where Self.exitCode(for: error) == .failure {
                complain("\(error)")
                Foundation.exit(1)
            }
        } catch {
            let text = fullMessage(for: error)
            if exitCode(for: error) == .success {
                print(text)
                finish(0)
            }
            complain(text)
            Foundation.exit(2)
        }
    }

    /// Exits, with 1 where an answer could not be printed: results piped onto a full disk are not lost without a word.
    private static func finish(_ code: Int32) -> Never {
        if fflush(nil) != 0 {
            complain("standard output: \(String(cString: strerror(errno)))")
            Foundation.exit(1)
        }
        Foundation.exit(code)
    }

    private static func complain(_ text: String) {
        let line = text.hasPrefix("Error: ") ? String(text.dropFirst(7)) : text
        FileHandle.standardError.write(Data("ascl: \(line)\n".utf8))
    }
}
