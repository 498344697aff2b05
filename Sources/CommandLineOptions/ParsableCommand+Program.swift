package import ArgumentParser
import AsCLBase
import Foundation
import Torch

extension ParsableCommand {
    /// Runs the command that the command line names, as a whole program, and exits.
    ///
    /// Exit codes: 0 done, 1 something is wrong with the input or the machine, 2 wrong usage, 128 + n signal n.
    package static func runAsProgram() -> Never {
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
                Launch.report("\(error)", environment: ProcessInfo.processInfo.environment)
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
        Terminal.say("\(configuration.commandName ?? ""): \(line)")
    }
}
