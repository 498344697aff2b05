import ArgumentParser
import AsCLBase
import CommandLineOptions
import FeatureExtraction
import Foundation
import ImageEncoding
import PictureCatalogue
import Postgres
import PostgresCatalogue
import Torch

struct BenchStore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Time a collection in PostgreSQL: loading it, making its graph, and shortlists.",
        discussion: """
            Items and queries are those of `ascl-bench search`; recall is the part of the exact best 10, and of as many as it \
            is long, that is in the shortlist. With --regions every item has features too, and those of a shortlist \
            that nobody has asked for before are fetched. The databases are empty, or have what the same command left \
            there. `Benchmarks/postgres` starts servers for it.
            """)

    @Option(name: .customLong("store"), help: "A database: postgresql://USER@HOST/DATABASE; several share the items.")
    var stores: [String]
    @Option(help: "Vectors.")
    var items = 100_000
    @Option(help: "Numbers of a vector.")
    var dimension = 256
    @Option(help: "Timed queries, one by one.")
    var queries = 300
    @Option(help: "The shortlist's length.")
    var top = 100
    @Option(help: "Regions of each item's features. Default: items have vectors alone.")
    var regions: Int?
    @Option(help: "Numbers of a region.")
    var regionDimension = 2048
    @Flag(help: "Print the result as JSON.")
    var json = false

    mutating func validate() throws {
        try ValidationError.expect(
            atLeast: 1,
            [
                "items": items, "dimension": dimension, "queries": queries, "top": top, "regions": regions,
                "region-dimension": regionDimension,
            ])
    }

    struct Figures: Encodable {
        let what = "store"
        let stores, items, dimension, queries, top: Int
        /// Of putting all rows in, and of making the graph; nil where they were there.
        let rows_per_second, graph_seconds: Double?
        let p50_seconds, p95_seconds: Double
        /// Of a shortlist of the items in one of ten folders.
        let filtered_p50_seconds, filtered_p95_seconds: Double
        /// Processor time of this program for a shortlist, of any item.
        let client_seconds: Double
        /// Of the exact best 10, and of as many as the shortlist is long.
        let recall, recall_of_all: Double
        let features: FeatureFigures?
    }

    func run() throws {
        let data = ClusteredVectors(items: items, dimension: dimension)
        let store = try PostgresStore(stores.map { text throws(InputError) in try PostgresAddress(text) })
        let shape = FeatureShape(
            regions: regions ?? 1, regionDimension: regions == nil ? dimension : regionDimension,
            globalDimension: dimension, hasClasses: false)
        let model = CatalogueModel(
            id: 1, description: .vector(folder: "ascl-bench"), identity: data.fingerprint, shape: shape,
            checkpoint: regions.map { _ in .init(id: 1, path: "ascl-bench", fingerprint: "random", dimension: nil) })
        let features = regions.map { _ in BenchFeatures(model.layout) }
        let loading = try load(data, features, into: PostgresWriter(store, by: model))
        let vectors = try store.nearestPictures(by: model)
        let asked = try data.queries(queries).map { query in
            let length = query.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return query.map { $0 / length }
        }
        func times(_ filter: PictureFilter) throws -> (seconds: [Double], client: Double, found: [[Int64]]) {
            func nearest(_ query: [Float]) throws -> [Int64] {
                try vectors.nearest(to: [query], top: top, in: vectors.selection(filter)).value[0].map(\.id)
            }
            // Pages that the graph is read from come into memory, as they are after some searches.
            for query in asked.prefix(50) { _ = try nearest(query) }
            var found: [[Int64]] = []
            let before = processorSeconds()
            let each = try asked.map { query in
                try seconds { found.append(try nearest(query)) }
            }
            return (each.sorted(), (processorSeconds() - before) / Double(each.count), found)
        }
        let all = try times(PictureFilter())
        var folder = PictureFilter()
        folder.folder = "/ascl-bench/3"
        let some = try times(folder).seconds
        let places = try store.pictures(Array(Set(all.found.joined()))).value.mapValues(\.path)
        let recalled = all.found.map { ids in
            Set(ids.compactMap { places[$0].flatMap { Int64(($0 as NSString).lastPathComponent) } })
        }
        let figures = Figures(
            stores: stores.count, items: items, dimension: dimension, queries: queries, top: top,
            rows_per_second: loading.map { Double(items) / $0.rows }, graph_seconds: loading?.graph,
            p50_seconds: all.seconds[queries / 2], p95_seconds: all.seconds[queries * 95 / 100],
            filtered_p50_seconds: some[queries / 2], filtered_p95_seconds: some[queries * 95 / 100],
            client_seconds: all.client, recall: try data.recall(of: recalled, queries: asked, top: 10),
            recall_of_all: try data.recall(of: recalled, queries: asked, top: top),
            features: try features.map { try $0.figures(store, model, vectors, count: top, times: queries) })
        if json { return try Terminal.printJSON(figures) }
        print("\(items) x \(dimension) in \(stores.count) databases")
        if let rows = figures.rows_per_second, let graph = figures.graph_seconds {
            print(String(format: "loaded at %.0f rows/s; graph made in %.1f s", rows, graph))
        }
        print(
            String(
                format:
                    "nearest %d: %.2f ms p50, %.2f ms p95, %.2f ms of this program's; in one of ten folders %.2f, %.2f; "
                    + "recall@10 %.4f, of all %.4f", top, figures.p50_seconds * 1e3, figures.p95_seconds * 1e3,
                figures.client_seconds * 1e3, figures.filtered_p50_seconds * 1e3, figures.filtered_p95_seconds * 1e3,
                figures.recall, figures.recall_of_all))
        if let features = figures.features { print(features.line(top)) }
    }

    /// Puts the items in; nil where they are there.
    private func load(
        _ data: ClusteredVectors, _ features: BenchFeatures?, into writer: PostgresWriter
    ) throws -> (rows: Double, graph: Double)? {
        let root = "/ascl-bench"
        guard try writer.files(in: root).count < items else { return nil }
        let meter = ProgressMeter("loading", unit: "vectors")
        var rows = 0.0
        for (chunk, first) in data.chunks.enumerated() {
            let vectors = try data.vectors(chunk)
            let count = vectors.count / dimension
            // Features are written as many at a time as indexing does.
            let step = features == nil ? 4096 : 128
            for start in stride(from: 0, to: count, by: step) {
                let files = (start..<min(start + step, count)).map { row in
                    IndexedFile(
                        name: PictureName("\((first + row) % 10)/\(first + row)"),
                        stamp: FileStamp(size: 1, modified: 1),
                        written: 1, digest: ContentDigest(of: "\(first + row)"), problem: nil,
                        facts: PictureFacts(size: PictureSize(width: 640, height: 480)),
                        vector: Array(vectors[row * dimension..<(row + 1) * dimension]),
                        features: features?.record(first + row))
                }
                rows += try seconds { try writer.write(files, in: root) }
                meter.update(first + start + files.count, of: items)
            }
        }
        let graph = try seconds { try writer.finish(progress: { _, _ in }, isCancelled: { false }) }
        return (rows, graph)
    }
}
