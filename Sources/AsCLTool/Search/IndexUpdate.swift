import ArgumentParser
import AsCLBase
import CommandLineOptions
import Foundation
import ImageEncoding
import ModelWeights
import PictureCatalogue
import PretrainedEncoders
import Torch

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

    @Flag(help: "Then follow the folders: what changes is indexed within seconds, until Ctrl-C.")
    var watch = false

    @Flag(help: "Print the result as JSON.")
    var json = false

    @Argument(help: "Folders of pictures.")
    var folders: [String] = []

    mutating func validate() throws {
        if watch, json { throw ValidationError("--json: expected a run that ends, found --watch") }
    }

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
        try old?.expectWritable()
        let place = try place(old)
        let tower = try PatchEncoder(pretrained: place, regions: .vector, on: device)
        // Made once all that may be wrong is known.
        let catalogue = try old ?? Catalogue(folder: options.folder, isNew: true)
        if let own = try catalogue.answeringModel(), own.identity != tower.identity {
            Terminal.say(
                "indexing all folders anew by \(place); searches are answered by \(own.encoder) until that is done")
        }
        var indexing: Indexing? = try Indexing(catalogue, encoder: tower, place: place, workers: workers)
        indexing?.repairs.forEach(Terminal.say)
        let paths = try indexing?.folders(folders) ?? []
        // Before the first look: nothing that happens meanwhile is missed.
        let watch = watch ? try FolderWatch(paths) : nil
        let sum = try indexing?.update(paths) ?? Indexing.Summary()
        if json { return try Terminal.printJSON(sum) }
        print(sum.line)
        if sum.failed > 0 { Terminal.say("`ascl index status` says which cannot be used, and why") }
        guard let watch else { return }
        fflush(nil)
        // From now on others may change the index too, while nothing happens here.
        indexing = nil
        var following = IndexWatch(watch: watch, failed: sum.failed) {
            try Indexing(catalogue, encoder: tower, place: place, workers: workers, checks: false)
        }
        try following.run()
    }

    /// The folder of the encoder that is wanted.
    private func place(_ catalogue: Catalogue?) throws -> String {
        if let encoder { return Indexing.path(try PretrainedModels.folder(encoder)) }
        if let own = try catalogue?.answeringModel() { return own.encoder }
        return Indexing.path(try PretrainedModels.folder("clip-vit-b-32"))
    }
}
