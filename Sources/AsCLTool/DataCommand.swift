import ArgumentParser
import CommandLineOptions
import RetrievalData

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Look at captioned pictures' features, and at what their captions share.",
        subcommands: [Inspect.self, Graph.self])

    struct Inspect: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell what a data folder holds and what is wrong with it.",
            discussion: "Reads every value once. Exits with 1 when something is wrong.")

        @Argument(help: "A folder in SCAN's layout, or a Karpathy JSON beside its features.")
        var path: String

        @Flag(help: "Print the result as JSON.")
        var json = false

        func run() throws {
            let inspection = try DatasetInspection.inspect(path: path)
            if json { try Terminal.printJSON(inspection) } else { Terminal.show(inspection) }
            if !inspection.problems.isEmpty { throw ExitCode.failure }
        }
    }
}
