import ArgumentParser
import CommandLineOptions
import ModelWeights

struct WeightsList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the weights, under which licence they are, and which are here.")

    @Flag(help: "Print the result as JSON.")
    var json = false

    struct Item: Encodable {
        let name, summary, licence: String
        let approximateBytes: Int?
        let address: String?
        /// The path of the file or the folder, where it was fetched.
        let path: String?
        /// How to come by it where there is no address.
        var advice: String?
    }

    func run() throws {
        let items = files + models
        if json { return try Terminal.printJSON(items) }
        for item in items {
            let size = item.approximateBytes.map { "\($0 / 1_000_000) MB" } ?? "size unknown"
            print("\(item.name): \(item.summary)")
            print("    \(item.licence); \(size)")
            Terminal.show(
                "    \(item.path ?? item.address.map { "not here; from \($0)" } ?? item.advice ?? "not here")")
        }
    }

    private var files: [Item] {
        let (catalogue, cache) = (WeightsCatalogue(), WeightsCache())
        return catalogue.entries.map { entry in
            Item(
                name: entry.name, summary: entry.summary, licence: entry.licence,
                approximateBytes: entry.approximateByteCount, address: try? catalogue.address(of: entry),
                path: cache.isThere(entry) ? cache.path(of: entry) : nil, advice: entry.advice)
        }
    }

    private var models: [Item] {
        let settings = HubSettings()
        return PretrainedModels.catalogue.map { entry in
            Item(
                name: entry.name, summary: entry.summary, licence: entry.licence,
                approximateBytes: entry.approximateByteCount,
                address: "\(settings.endpoint)/\(entry.repository.name)",
                path: PretrainedModels.cached(entry.repository, settings))
        }
    }
}
