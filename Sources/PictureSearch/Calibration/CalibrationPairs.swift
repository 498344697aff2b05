import AsCLBase
import Foundation
import Torch
import VectorStore

/// Sentences against the pictures of a collection: for each its own picture, the nearest ones, and some drawn at random that
/// stand for all the rest.
struct CalibrationPairs {
    /// Of each pair; beliefs are missing where the model has none.
    private(set) var cosines: [Float] = [], beliefs: [Double] = [], standings: [Double] = []
    private(set) var isOwn: [Bool] = []
    /// How many pictures a pair stands for.
    private(set) var weights: [Double] = []
    /// Where each sentence's pairs begin, and the end of the last.
    private(set) var starts = [0]

    private static let sentencesAtOnce = 64

    var sentenceCount: Int { starts.count - 1 }

    /// - Parameters:
    ///   - sentences: Their unit vectors, and the numbers of the pictures that they were written about.
    ///   - sample: Pictures drawn at random, with their vectors.
    ///   - nearest: How many of the nearest pictures are looked at one by one.
    init(
        _ sentences: [(vector: [Float], picture: Int64)], sample: [(id: Int64, vector: [Float])],
        nearest: Int = 100, moments: CollectionMoments, _ first: FirstStage,
        progress: (Int) -> Void = { _ in }
    ) throws {
        let store = try first.store
        let total = store.count
        for start in stride(from: 0, to: sentences.count, by: Self.sentencesAtOnce) {
            let some = sentences[start..<min(sentences.count, start + Self.sentencesAtOnce)]
            let matches = try store.search(queries: some.map(\.vector), top: nearest)
            for (sentence, near) in zip(some, matches) {
                let special = Set(near.map(\.id)).union([sentence.picture])
                let rest = sample.filter { !special.contains($0.id) }
                let near = special.sorted().compactMap { id in store.vector(of: id).map { (id, $0) } }
                let pictures = near + rest.map { ($0.id, $0.vector) }
                let own = pictures.map { dot($0.1, sentence.vector) }
                cosines += own
                beliefs +=
                    try first.logOdds(of: pictures.map(\.1), cosines: own, query: sentence.vector) ?? []
                standings += moments.standings(of: own, query: sentence.vector)
                isOwn += pictures.map { $0.0 == sentence.picture }
                let each = Double(total - near.count) / Double(max(rest.count, 1))
                weights += near.map { _ in 1 } + rest.map { _ in each }
                starts.append(cosines.count)
            }
            progress(start + some.count)
        }
    }

    /// A feature of every pair.
    func column(_ feature: RelevanceFeature) -> [Double] {
        switch feature {
        case .cosine: cosines.map(Double.init)
        case .belief: beliefs
        case .standing: standings
        }
    }

    /// The pairs of some of the sentences.
    func of(_ sentences: [Int]) -> CalibrationPairs {
        var part = self
        (part.cosines, part.beliefs, part.standings, part.isOwn, part.weights) = ([], [], [], [], [])
        part.starts = [0]
        for sentence in sentences {
            let range = starts[sentence]..<starts[sentence + 1]
            part.cosines += cosines[range]
            if !beliefs.isEmpty { part.beliefs += beliefs[range] }
            part.standings += standings[range]
            part.isOwn += isOwn[range]
            part.weights += weights[range]
            part.starts.append(part.cosines.count)
        }
        return part
    }
}
