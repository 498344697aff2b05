import AsCLBase
import Foundation
import PictureCatalogue
import VectorStore

/// What an index is like: how much the scan for the nearest pictures may miss, and what the vectors take up.
package struct CollectionStatistics: Sendable, Encodable {
    /// The share of the exact nearest that is among the first so many of the scan.
    package struct Recall: Sendable, Encodable {
        /// Rows of the scan, by 8-bit codes.
        package let shortlist: Int
        /// Of the exact nearest by float16.
        package let share: Double
    }

    /// Vectors that can be found.
    package let pictures: Int
    /// Their files' bytes, and those of the features that they were made from, for each picture.
    package let vectorBytesPerPicture, featureBytesPerPicture: Int
    /// Files of vectors, and the share of the rows that is deleted.
    package let segments: Int
    package let deletedShare: Double
    /// Sentences that were asked with, and whether they are captions of the index.
    package let queries: Int
    package let areCaptions: Bool
    /// How many are the nearest, and for which shortlists.
    package let nearest: Int
    package let recalls: [Recall]
    /// Where a trained model scores the nearest: how many of the best by its score of every picture, asked with so many of
    /// the sentences, are among the nearest by vectors; else nil.
    package let scored: Scored?
    /// The share of what a scan finds that the graph of neighbours finds; nil where it was not asked for.
    package let graphRecall: Double?

    /// What a search may miss that scores the nearest alone.
    package struct Scored: Sendable, Encodable {
        /// Sentences.
        package let queries: Int
        /// By the number of pictures that are scored.
        package let recalls: [Recall]
    }
}

extension PictureCollection {
    private static let mostQueries = 100, nearest = 10, shortlists = [10, 20, 50, 100]
    /// Every picture is scored for these.
    private static let mostScored = 20, scoredShortlists = [50, 100, 200, 500, 1000]

    /// Measures an index with sentences: its captions, drawn at random, or sentences about all and sundry.
    /// - Parameters:
    ///   - withGraph: Whether to hold the graph of neighbours to the scan, which is made where there is none.
    ///   - progress: Told how many sentences are done, of how many.
    package func statistics(
        withGraph: Bool = false, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> CollectionStatistics {
        if withGraph { try useGraph() }
        let opened = try current()
        let store = try opened.first.store
        var captions = try catalogue.captions().map(\.text)
        var generator = SeededGenerator(seed: 3)
        generator.shuffle(&captions)
        let sentences = Array((captions.isEmpty ? Background.sentences : captions).prefix(Self.mostQueries))
        let vectors = try opened.first.vectors(ofSentences: sentences)
        let shares = try store.shortlistRecall(
            queries: vectors, top: Self.nearest, sizes: Self.shortlists
        ) { progress($0, sentences.count) }
        let pictures = max(store.count, 1)
        return CollectionStatistics(
            pictures: store.count, vectorBytesPerPicture: store.byteCount / pictures,
            featureBytesPerPicture: try Folder.byteCount(catalogue.place(of: opened.model) + "/features") / pictures,
            segments: store.segmentCount, deletedShare: store.deletedShare,
            queries: sentences.count,
            areCaptions: !captions.isEmpty, nearest: Self.nearest,
            recalls: zip(Self.shortlists, shares).map { .init(shortlist: $0, share: $1) },
            scored: try scored(Array(sentences.prefix(Self.mostScored)), opened),
            graphRecall: try opened.first.graph?.search(queries: vectors, top: Self.nearest).map { found in
                let exact = try store.search(queries: vectors, top: Self.nearest)
                let both = zip(found, exact).map { Set($0.map(\.id)).intersection($1.map(\.id)).count }
                return Double(both.reduce(0, +)) / Double(max(exact.reduce(0) { $0 + $1.count }, 1))
            })
    }

    private func scored(_ sentences: [String], _ opened: Opened) throws -> CollectionStatistics.Scored? {
        guard opened.second != nil else { return nil }
        var (found, all) = ([Int](repeating: 0, count: Self.scoredShortlists.count), 0)
        for sentence in sentences {
            var query = PictureQuery(sentence)
            (query.showsAll, query.isExhaustive, query.count) = (true, true, Self.nearest)
            let best = Set(try search(query).hits.map(\.picture.id))
            let near = try opened.first.candidates(
                [query], top: Self.scoredShortlists.last ?? 1, in: opened.first.vectors.selection(PictureFilter()),
                isScore: false
            ).value[0].map(\.id)
            all += best.count
            for (place, size) in Self.scoredShortlists.enumerated() {
                found[place] += best.intersection(near.prefix(size)).count
            }
        }
        return .init(
            queries: sentences.count,
            recalls: zip(Self.scoredShortlists, found).map {
                .init(shortlist: $0, share: Double($1) / Double(max(all, 1)))
            })
    }
}
