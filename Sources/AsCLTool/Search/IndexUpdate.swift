import ArgumentParser
import AsCLBase
import CommandLineOptions
import Foundation
import ImageEncoding
import PictureCatalogue
import PictureSearch
import Torch

struct IndexUpdate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Bring an index up to date (what `ascl index` does by itself).",
        discussion: """
            What is not named stays as the index has it. A new index is by clip-vit-b-32, and `--encoder` alone means a \
            tower's vector. Another encoder than the index's own indexes everything anew.
            """)

    @OptionGroup var options: IndexOptions

    @Option(
        help: """
            A trained model's folder, as `ascl train` writes it: it scores what is found. It has to have been trained on what \
            the encoder makes.
            """)
    var model: String?

    @OptionGroup var encoders: EncoderOptions
    @OptionGroup var compute: ComputeOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    @Argument(help: "Folders of pictures.")
    var folders: [String] = []

    func run() throws {
        InterruptFlag.install()
        let device = try compute.prepare()
        let workers = Torch.threadCount
        for folder in folders { try Folder.expect(folder) }
        let old =
            folders.isEmpty || Catalogue.exists(in: options.folder)
            ? try Catalogue(folder: options.folder, isNew: false) : nil
        let choice = try IndexChoice(model: model, encoders: encoders, own: old?.answeringModel(), on: device)
        // Made once all that may be wrong is known.
        let catalogue = try old ?? Catalogue(folder: options.folder, isNew: true)
        let indexing = try Indexing(
            catalogue, encoder: choice.encoder, description: choice.description, checkpoint: choice.checkpoint,
            workers: workers)
        (indexing.repairs + choice.notices).forEach(Terminal.say)
        var sum = Indexing.Summary()
        do {
            try makeVectors(indexing)
            // Every worker computes by itself: threads inside an operator would fight the workers for the cores.
            try Torch.setThreadCount(1)
            for folder in try indexing.folders(folders) { sum.add(try index(folder, indexing)) }
        } catch is CancellationError {
            Terminal.say("interrupted; the same command goes on")
            throw ExitCode(128 + (InterruptFlag.signalNumber ?? SIGINT))
        }
        try indexing.finish()
        try Torch.setThreadCount(workers)
        try CaptionEncoding.run(catalogue, device)
        if json { return try Terminal.printJSON(sum) }
        print(
            "\(sum.pictures) pictures: \(sum.new) new, \(sum.known) known by their content, \(sum.removed) gone, "
                + "\(sum.failed) cannot be used")
        if sum.failed > 0 { Terminal.say("`ascl index status` says which cannot be used, and why") }
    }

    private func makeVectors(_ indexing: Indexing) throws {
        let meter = ProgressMeter("vectors", unit: "pictures")
        var hasBegun = false
        try indexing.catchUp(
            progress: { done, total in
                if hasBegun { meter.update(done, of: total) } else { meter.begin(at: done, of: total) }
                hasBegun = true
            }, isCancelled: { InterruptFlag.signalNumber != nil })
    }

    private func index(_ folder: String, _ indexing: Indexing) throws -> Indexing.Summary {
        let meter = ProgressMeter("indexing \(folder)", unit: "pictures")
        var hasBegun = false
        return try indexing.run(
            folder,
            progress: {
                guard $0.unchanged < $0.total else { return }
                if hasBegun { meter.update($0.done, of: $0.total) } else { meter.begin(at: $0.done, of: $0.total) }
                hasBegun = true
            }, isCancelled: { InterruptFlag.signalNumber != nil })
    }
}
