import ArgumentParser
import AsCLBase
import CommandLineOptions
import Foundation
import ImageEncoding
import PictureCatalogue
import PictureSearch
import PostgresCatalogue
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

    @Option(
        help: """
            A new index is of the i-th of n parts of the pictures alone, as i/n, or auto for the part that Slurm's job array \
            or a launcher such as torchrun gives (auto/n where it does not say how many); `ascl index merge` joins them.
            """)
    var shard: ShardChoice?

    @OptionGroup var encoders: EncoderOptions
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
        let shard = try shard?.shard()
        if shard != nil, !options.stores.isEmpty {
            throw ValidationError(
                "--shard: expected an index in a folder, found --store: merge the shards, and `ascl index copy` the whole"
            )
        }
        for folder in folders { try Folder.expect(folder) }
        let database = try options.database
        let folder = database == nil ? try options.folder : nil
        let old = try folder.flatMap { folder in
            folders.isEmpty || Catalogue.exists(in: folder) ? try Catalogue(folder: folder, isNew: false) : nil
        }
        try old?.expectWritable()
        try old?.expectShard(shard)
        let own = try database?.begunModel(orNone: !folders.isEmpty) ?? old?.answeringModel()
        let choice = try IndexChoice(model: model, encoders: encoders, own: own, on: device)
        // Made once all that may be wrong is known.
        let catalogue = try folder.map { try old ?? Catalogue(folder: $0, isNew: true) }
        func open(checks: Bool) throws -> Indexing {
            if let database {
                let writer = try PostgresWriter(
                    database, by: CatalogueModel(choice.encoder, choice.description, choice.checkpoint),
                    vectors: choice.checkpoint?.vectors)
                return Indexing(writer, encoder: choice.encoder, workers: workers)
            }
            guard let catalogue else { throw PictureCollection.lacksFolder }
            return try Indexing(
                catalogue, encoder: choice.encoder, description: choice.description, checkpoint: choice.checkpoint,
                shard: shard, workers: workers, checks: checks)
        }
        var indexing: Indexing? = try open(checks: true)
        ((indexing?.repairs ?? []) + choice.notices).forEach(Terminal.say)
        let paths = try indexing?.folders(folders) ?? []
        // Before the first look: nothing that happens meanwhile is missed.
        let watch = watch ? try FolderWatch(paths) : nil
        try indexing?.makeVectors()
        // Every worker computes by itself: threads inside an operator would fight the workers for the cores.
        try Torch.setThreadCount(1)
        let sum = try indexing?.update(paths) ?? Indexing.Summary()
        // From here on others may change the index too, while nothing happens here.
        indexing = nil
        try Torch.setThreadCount(workers)
        if let catalogue { try CaptionEncoding.run(catalogue, device) }
        if json { return try Terminal.printJSON(sum) }
        print(sum.line)
        if sum.failed > 0 { Terminal.say("`ascl index status` says which cannot be used, and why") }
        guard let watch else { return }
        fflush(nil)
        try Torch.setThreadCount(1)
        var following = IndexWatch(watch: watch, failed: sum.failed) { try open(checks: false) }
        try following.run()
    }
}
