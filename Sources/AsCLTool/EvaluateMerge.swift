import ArgumentParser
import CommandLineOptions
import RetrievalEvaluation

struct EvaluateMerge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Rank by the parts that `ascl evaluate --shard` made.",
        discussion: "Prints what one machine would have printed. Needs neither the model nor the data.")

    @Flag(help: "Print the result as JSON.")
    var json = false

    @Argument(help: "The folder with all parts.")
    var folder: String

    func run() throws {
        let result = try RetrievalResult(MergedEvaluation(folder: folder).ranks())
        try json ? Terminal.printJSON(result) : print(result)
    }
}
