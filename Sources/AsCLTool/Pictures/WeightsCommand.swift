import ArgumentParser
import AsCLBase
import CommandLineOptions
import Foundation
import ModelWeights
import Synchronization

struct WeightsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weights",
        abstract: "Fetch the published weights of picture encoders.",
        discussion: """
            Files are kept in $ASCL_CACHE, else $XDG_CACHE_HOME/ascl/weights, else ~/.cache/ascl/weights. http_proxy, \
            https_proxy and no_proxy are honoured; ASCL_WEIGHTS_MIRROR names a folder on the web that serves the same \
            files.
            """,
        subcommands: [WeightsList.self, WeightsFetch.self])
}

struct WeightsList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the weights, under which licence they are, and which are here.")

    @Flag(help: "Print the result as JSON.")
    var json = false

    struct Item: Encodable {
        let name, summary, licence: String
        let approximateBytes: Int?
        let address: String?
        /// The file's path, where it was fetched.
        let path: String?
    }

    func run() throws {
        let (catalogue, cache) = (WeightsCatalogue(), WeightsCache())
        let items = catalogue.entries.map { entry in
            Item(
                name: entry.name, summary: entry.summary, licence: entry.licence,
                approximateBytes: entry.approximateByteCount, address: try? catalogue.address(of: entry),
                path: cache.isThere(entry) ? cache.path(of: entry) : nil)
        }
        if json { return try Terminal.printJSON(items) }
        for (item, entry) in zip(items, catalogue.entries) {
            let size = item.approximateBytes.map { "\($0 / 1_000_000) MB" } ?? "size unknown"
            print("\(item.name): \(item.summary)")
            print("    \(item.licence); \(size)")
            Terminal.show(
                "    \(item.path ?? (item.address.map { "not here; from \($0)" } ?? entry.advice ?? "not here"))")
        }
    }
}

struct WeightsFetch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Download weights, check them, and keep them for `ascl features`.",
        discussion: "A download that was broken off goes on where it ended.")

    @Argument(help: "A name of `ascl weights list`.")
    var name: String

    func run() throws {
        let (catalogue, cache) = (WeightsCatalogue(), WeightsCache())
        let entry = try catalogue.entry(named: name)
        if cache.isThere(entry) { return print(cache.path(of: entry)) }
        Terminal.say("\(entry.summary). \(entry.licence)")
        if entry.sha256 == nil {
            Terminal.say("no SHA-256 is published to check it by: use it only if you trust its source")
        }
        let meter = Mutex(ProgressMeter("fetching \(entry.fileName)", unit: "kB"))
        let before = cache.unfinishedByteCount(entry)
        if before > 0 {
            meter.withLock { $0.begin(at: before / 1000, of: (entry.approximateByteCount ?? before) / 1000) }
        }
        print(
            try cache.fetch(entry, from: catalogue) { done, total in
                if let total { meter.withLock { $0.update(done / 1000, of: total / 1000) } }
            })
    }
}
