import ArgumentParser
import CommandLineOptions
import ModelWeights
import PretrainedEncoders

struct WeightsCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say what a CLIP's or a SigLIP's folder is, what is missing, and whether this program reads it.",
        discussion: "Opens every part of it, and encodes nothing. Exits with 0 where it can be read, else with 1.")

    @Argument(help: "A folder, or a model that `ascl weights fetch` brought, by the same name.")
    var folder: String

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
        let report = PretrainedReport(directory: try PretrainedModels.folder(folder))
        if json { try Terminal.printJSON(report) } else { Terminal.show(report) }
        if !report.isReadable { throw ExitCode.failure }
    }
}
