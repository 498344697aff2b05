import ArgumentParser
import AsCLBase
import CommandLineOptions
import Foundation
import PictureCatalogue
import PictureSearch
import Postgres
import PostgresCatalogue

struct IndexCopy: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract:
            "Bring a collection from an index's folder into PostgreSQL, from there into a folder, or into other databases.",
        discussion: """
            Nothing is encoded anew. What is there stays where it is; the same command again goes on after a kill, and takes \
            over what changed since: what is gone from a folder goes from its copy too. Captions, calibrations and \
            thumbnails stay behind.

            Try it:  ascl index copy --to postgresql://me@db.example/photos
                     ascl index copy --store postgresql://me@db.example/photos --to photos-index
            """)

    @OptionGroup var options: IndexOptions

    @Option(
        help: "The new index's folder, or postgresql://USER@HOST/DATABASE; several databases share the collection.")
    var to: [String]

    mutating func validate() throws {
        guard to.count == 1 || to.allSatisfy(PostgresAddress.isMeant) else {
            throw ValidationError("--to: expected one folder, or databases alone, found both or several folders")
        }
    }

    func run() throws {
        InterruptFlag.install()
        let source = try options.home
        guard let model = try source.answeringModel() else {
            throw InputError(
                path: source.name, place: "index", expected: "one that is whole",
                found: "none yet: `ascl index` has not come to its end")
        }
        let writer = try writer(by: model, from: source)
        let numbers = try source.numbers()
        let meter = ProgressMeter("copying", unit: "files")
        var done = 0
        for root in numbers.folders {
            try writer.copy(root, from: source, by: model) { count in
                done += count
                meter.update(done, of: numbers.files)
                if InterruptFlag.signalNumber != nil { try interrupted() }
            }
        }
        Terminal.say("making what finds the nearest")
        do {
            try writer.finish(progress: { _, _ in }, isCancelled: { InterruptFlag.signalNumber != nil })
        } catch is CancellationError { try interrupted() }
        print("\(numbers.findable) pictures in \(done) files copied from \(source.name)")
        if numbers.captions > 0 { Terminal.say("\(numbers.captions) captions stay in \(source.name)") }
    }

    private func interrupted() throws -> Never {
        Terminal.say("interrupted; the same command goes on")
        throw ExitCode(128 + (InterruptFlag.signalNumber ?? SIGINT))
    }

    private func writer(by model: CatalogueModel, from source: any PictureHome) throws -> any IndexWriter {
        if to.allSatisfy(PostgresAddress.isMeant) {
            let addresses = try to.map { text throws(InputError) in try PostgresAddress(text) }
            return try PostgresWriter(PostgresStore(addresses), by: model)
        }
        guard source is PostgresStore else {
            throw ValidationError(
                "--to: expected a database, found a folder: `cp -r` copies an index's folder to another")
        }
        let catalogue = try Catalogue(folder: to[0], isNew: true)
        if let other = try catalogue.answeringModel(), other.identity != model.identity {
            throw InputError(
                path: to[0], place: "model", expected: "\(model.identity), or a new folder",
                found: "an index by \(other.identity)")
        }
        let trained = try model.checkpoint.map { try TrainedModel($0) }
        return try FolderWriter(
            catalogue, by: model, checkpoint: trained?.searchCheckpoint(model.description, shape: model.shape))
    }
}
