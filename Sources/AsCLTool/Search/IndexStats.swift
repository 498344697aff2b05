import ArgumentParser
import AsCLBase
import CommandLineOptions
import Foundation
import PictureSearch

struct IndexStats: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "Measure how much a search may miss, and what an index takes up.",
        discussion: """
            Asks with captions of the index, or with sentences about all and sundry where it has none, and tells which \
            share of the exact nearest ten pictures is among the first that the scan of 8-bit codes comes to. A search \
            looks at a hundred or more of these exactly.
            """)

    @OptionGroup var options: IndexOptions
    @OptionGroup var compute: ComputeOptions

    @Option(help: "hnsw also holds the graph of neighbours to the scan; it is made where there is none.")
    var neighbours = NeighbourSearch.scan

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
        let collection = try PictureCollection(index: options.folder, device: compute.prepare())
        let meter = ProgressMeter("measuring", unit: "sentences")
        let statistics = try collection.statistics(withGraph: neighbours == .hnsw) { meter.update($0, of: $1) }
        if json { return try Terminal.printJSON(statistics) }
        print(
            """
            pictures  \(statistics.pictures), \(statistics.vectorBytesPerPicture) bytes of vectors and \
            \(statistics.featureBytesPerPicture) bytes of features each
            segments  \(statistics.segments), \(String(format: "%.1f %%", 100 * statistics.deletedShare)) deleted
            asked     with \(statistics.queries) \(statistics.areCaptions ? "captions" : "sentences of our own")
            exact nearest \(statistics.nearest) among the first of the scan:
            """)
        show(statistics.recalls)
        if let recall = statistics.graphRecall {
            print(String(format: "the graph of neighbours finds %.2f %% of what the scan finds", 100 * recall))
        }
        if let scored = statistics.scored {
            print(
                "best \(statistics.nearest) of all by the model's score, of \(scored.queries) sentences, among the nearest:"
            )
            show(scored.recalls)
        }
    }

    private func show(_ recalls: [CollectionStatistics.Recall]) {
        for recall in recalls { print(String(format: "%8d  %6.2f %%", recall.shortlist, 100 * recall.share)) }
    }
}
