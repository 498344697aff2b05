import ArgumentParser
import AsCLBase
import CommandLineOptions
import Foundation
import ImageEncoding
import ModelWeights
import PictureCatalogue
import Torch

struct IndexCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "index",
        abstract: "Index folders of pictures, to search them by sentence.",
        discussion: """
            Pictures are encoded once, by a CLIP or a SigLIP, and known by their content: the same command again sees to \
            what is new, changed, moved or gone, and goes on after Ctrl-C or a kill. Without a folder it brings all folders \
            of the index up to date. Searches are answered meanwhile.

            Hidden files and folders are left out, and what a folder's .asclignore names, a pattern a line.

            Try it:  ascl weights fetch clip-vit-b-32
                     ascl index photos
                     ascl search "a dog runs on the beach"
            """,
        subcommands: [IndexUpdate.self, IndexStatus.self, IndexForget.self], defaultSubcommand: IndexUpdate.self)
}

/// Where an index is.
struct IndexOptions: ParsableArguments {
    @Option(help: "The index's folder. Default: ascl/index in $XDG_DATA_HOME, else in ~/.local/share.")
    var index: String?

    /// The folder.
    var folder: String { index ?? Self.standard(ProcessInfo.processInfo.environment) }

    private static func standard(_ environment: [String: String]) -> String {
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return data + "/ascl/index" }
        return NSHomeDirectory() + "/.local/share/ascl/index"
    }
}

struct IndexUpdate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Bring an index up to date (what `ascl index` does by itself).")

    @OptionGroup var options: IndexOptions

    @Option(
        help: """
            A CLIP or a SigLIP: its folder, or what `ascl weights fetch` brought, by name. Default: the index's own, of a \
            new index clip-vit-b-32. Another than the index's own indexes everything anew.
            """)
    var encoder: String?

    @OptionGroup var compute: ComputeOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    @Argument(help: "Folders of pictures.")
    var folders: [String] = []

    func run() throws {
        InterruptFlag.install()
        let device = try compute.prepare()
        let workers = Torch.threadCount
        // Every worker computes by itself: threads inside an operator would fight the workers for the cores.
        try Torch.setThreadCount(1)
        for folder in folders { try Folder.expect(folder) }
        let old =
            folders.isEmpty || Catalogue.exists(in: options.folder)
            ? try Catalogue(folder: options.folder, isNew: false) : nil
        let place = try place(old)
        let tower = try PatchEncoder(pretrained: place, regions: .vector, on: device)
        // Made once all that may be wrong is known.
        let catalogue = try old ?? Catalogue(folder: options.folder, isNew: true)
        if let own = try catalogue.answeringModel(), own.identity != tower.identity {
            Terminal.say(
                "indexing all folders anew by \(place); searches are answered by \(own.encoder) until that is done")
        }
        let indexing = try Indexing(catalogue, encoder: tower, place: place, workers: workers)
        indexing.repairs.forEach(Terminal.say)
        var sum = Indexing.Summary()
        for folder in try indexing.folders(folders) {
            let meter = ProgressMeter("indexing \(folder)", unit: "pictures")
            var hasBegun = false
            do {
                sum.add(
                    try indexing.run(
                        folder,
                        progress: {
                            guard $0.unchanged < $0.total else { return }
                            if hasBegun {
                                meter.update($0.done, of: $0.total)
                            } else {
                                meter.begin(at: $0.done, of: $0.total)
                            }
                            hasBegun = true
                        }, isCancelled: { InterruptFlag.signalNumber != nil }))
            } catch is CancellationError {
                Terminal.say("interrupted; the same command goes on")
                throw ExitCode(128 + (InterruptFlag.signalNumber ?? SIGINT))
            }
        }
        try indexing.finish()
        if json { return try Terminal.printJSON(sum) }
        print(
            "\(sum.pictures) pictures: \(sum.new) new, \(sum.known) known by their content, \(sum.removed) gone, "
                + "\(sum.failed) cannot be used")
        if sum.failed > 0 { Terminal.say("`ascl index status` says which cannot be used, and why") }
    }

    /// The folder of the encoder that is wanted.
    private func place(_ catalogue: Catalogue?) throws -> String {
        if let encoder { return Indexing.path(try PretrainedModels.folder(encoder)) }
        if let own = try catalogue?.answeringModel() { return own.encoder }
        return Indexing.path(try PretrainedModels.folder("clip-vit-b-32"))
    }
}

struct IndexStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Tell what an index holds, and which pictures cannot be used.")

    @OptionGroup var options: IndexOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    struct Status: Encodable {
        let index: String
        let encoder: String?
        let numbers: Catalogue.Numbers
        let problems: [Catalogue.Problem]
    }

    func run() throws {
        let catalogue = try Catalogue(folder: options.folder, isNew: false)
        let status = Status(
            index: options.folder, encoder: try catalogue.answeringModel()?.encoder,
            numbers: try catalogue.numbers(), problems: try catalogue.problems())
        if json { return try Terminal.printJSON(status) }
        print("index     \(status.index)")
        print("encoder   \(status.encoder ?? "none yet: the first indexing has not come to its end")")
        for folder in status.numbers.folders { print("folder    \(folder)") }
        print(
            "pictures  \(status.numbers.pictures) in \(status.numbers.files) files, \(status.numbers.findable) can be found"
        )
        for problem in status.problems {
            Terminal.show("unusable  \(problem.path.escapedForOneLine): \(problem.reason)")
        }
    }
}

struct IndexForget: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget", abstract: "Take a folder out of an index. The pictures themselves stay.")

    @OptionGroup var options: IndexOptions

    @Argument(help: "The folder, as it was indexed; it need not be there any more.")
    var folder: String

    func run() throws {
        let catalogue = try Catalogue(folder: options.folder, isNew: false)
        guard try catalogue.forget(root: Indexing.path(folder)) else {
            throw InputError(
                path: options.folder, place: "folder",
                expected: "one of \(try catalogue.roots().joined(separator: ", "))", found: folder)
        }
    }
}
