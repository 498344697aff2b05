import ArgumentParser
import AsCLBase
import CommandLineOptions
import Foundation
import PictureCatalogue
import PictureSearch
import Postgres
import PostgresCatalogue

struct IndexCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "index",
        abstract: "Index folders of pictures, to search them by sentence.",
        discussion: """
            Pictures are encoded once, by a CLIP or a SigLIP, and known by their content: the same command again sees to \
            what is new, changed, moved or gone, and goes on after Ctrl-C or a kill. Without a folder it brings all folders \
            of the index up to date. Searches are answered meanwhile.

            With --model, a trained model scores what is found. Pictures are then encoded by what the model was trained on, \
            named as for `ascl features`; another model on the same encoder encodes none of them anew.

            Hidden files and folders are left out, and what a folder's .asclignore names, a pattern a line.

            Try it:  ascl weights fetch clip-vit-b-32
                     ascl index photos
                     ascl search "a dog runs on the beach"
                     ascl index photos --model runs/f8k --regions grid --backbone mobilenet_v2
            """,
        subcommands: [
            IndexUpdate.self, IndexStatus.self, IndexDuplicates.self, IndexForget.self, IndexCompact.self,
            IndexMerge.self, IndexCaptions.self, IndexCalibrate.self, IndexStats.self, IndexCopy.self,
        ], defaultSubcommand: IndexUpdate.self)
}

/// Where an index is.
struct IndexOptions: ParsableArguments {
    @Option(help: "The index's folder. Default: ascl/index in $XDG_DATA_HOME, else in ~/.local/share.")
    var index: String?

    @Option(
        name: .customLong("store"),
        help: """
            Instead of a folder, a PostgreSQL database with pgvector: postgresql://USER@HOST/DATABASE. Several databases \
            share a collection, named in the same order every time.
            """)
    var stores: [String] = []

    mutating func validate() throws {
        if index != nil, !stores.isEmpty { throw ValidationError("--store: expected no --index beside it") }
    }

    /// The folder.
    /// - Throws: `InputError` where the index is in PostgreSQL.
    var folder: String {
        get throws {
            guard stores.isEmpty else { throw PictureCollection.lacksFolder }
            return index ?? Self.standard(ProcessInfo.processInfo.environment)
        }
    }

    /// The databases; nil where the index is in a folder.
    var database: PostgresStore? {
        get throws {
            guard !stores.isEmpty else { return nil }
            return try PostgresStore(stores.map { text throws(InputError) in try PostgresAddress(text) })
        }
    }

    /// Wherever it is.
    var home: any PictureHome {
        get throws { try database ?? FolderHome(Catalogue(folder: folder, isNew: false)) }
    }

    private static func standard(_ environment: [String: String]) -> String {
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return data + "/ascl/index" }
        return NSHomeDirectory() + "/.local/share/ascl/index"
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
        let encoder, model, shard: String?
        let isCalibrated: Bool
        let numbers: Catalogue.Numbers
        let problems: [Catalogue.Problem]
        let outages: [String]
    }

    func run() throws {
        let home = try options.home
        let own = try home.answeringModel()
        let status = Status(
            index: home.name, encoder: own?.encoder, model: own?.checkpoint?.path,
            shard: try (home as? FolderHome)?.catalogue.shard()?.description,
            isCalibrated: try own.flatMap { try (home as? FolderHome)?.catalogue.calibration(of: $0, known: nil) }
                != nil,
            numbers: try home.numbers(), problems: try home.problems(), outages: home.outages())
        status.outages.forEach(Terminal.say)
        if json { return try Terminal.printJSON(status) }
        print("index     \(status.index)")
        print("encoder   \(status.encoder ?? "none yet: the first indexing has not come to its end")")
        if let model = status.model { print("model     \(model)") }
        if let shard = status.shard { print("shard     \(shard)") }
        for folder in status.numbers.folders { print("folder    \(folder)") }
        print(
            "pictures  \(status.numbers.pictures) in \(status.numbers.files) files, \(status.numbers.findable) can be found"
        )
        if status.numbers.captions > 0 { print("captions  \(status.numbers.captions)") }
        if status.isCalibrated { print("relevance calibrated") }
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
        let (home, path) = (try options.home, Indexing.path(folder))
        guard try home.forget(root: path) else {
            throw InputError(
                path: home.name, place: "folder",
                expected: "one of \(try home.numbers().folders.joined(separator: ", "))", found: folder)
        }
    }
}
