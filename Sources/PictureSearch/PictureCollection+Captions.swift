import AsCLBase
import Foundation
import PictureCatalogue
import VectorStore

/// The sentences that fit a picture best.
package struct CaptionAnswer: Sendable, Encodable {
    /// A sentence of the index.
    package struct Hit: Sendable, Encodable {
        /// The sentence.
        package let text: String
        /// The cosine of sentence and picture.
        package let score: Float
        /// Whether it was written about this picture.
        package let isOwn: Bool
    }

    /// The best first; each sentence once.
    package let hits: [Hit]
    /// Sentences that could have been found: those of the index that have vectors.
    package let searchedCount: Int
}

extension PictureCollection {
    /// Sentences whose vectors are computed at once, and written down.
    private static let captionsAtOnce = 256

    /// The sentences of the index that fit a picture best.
    /// - Parameter subject: A picture, known by its content where it is one of the index.
    package func captions(of subject: PictureQuery.Subject, count: Int) throws -> CaptionAnswer {
        let opened = try current()
        let vector = try opened.first.vectors(of: [PictureQuery([(subject, 1)])])[0]
        guard let store = try captionVectors.current(catalogue, opened.model), store.count > 0 else {
            return CaptionAnswer(hits: [], searchedCount: 0)
        }
        let own = try content(of: subject).map { try catalogue.captions(of: $0) } ?? []
        var (hits, seen) = ([CaptionAnswer.Hit](), Set<String>())
        // The same sentence may have been written about many pictures.
        var wanted = 2 * count
        while true {
            let matches = try store.search(queries: [vector], top: wanted)[0]
            let scores = Dictionary(uniqueKeysWithValues: matches.map { ($0.id, $0.score) })
            for caption in try catalogue.captions(matches.map(\.id)) where seen.insert(caption.text).inserted {
                hits.append(
                    .init(text: caption.text, score: scores[caption.id] ?? 0, isOwn: own.contains(caption.text)))
            }
            if hits.count >= count || wanted >= store.count { break }
            (hits, seen, wanted) = ([], [], 4 * wanted)
        }
        return CaptionAnswer(hits: Array(hits.prefix(count)), searchedCount: store.count)
    }

    private func content(of subject: PictureQuery.Subject) throws -> Int64? {
        switch subject {
        case .picture(let id): id
        case .file(let path): try catalogue.content(try ContentDigest(ofFile: path))
        case .data(let data): try catalogue.content(data.withUnsafeBytes { ContentDigest(of: $0) })
        case .sentence: nil
        }
    }

    /// Gives every caption of the index a vector, and takes those away whose captions are gone. What was computed stays when
    /// it is stopped. A model that makes no vectors of sentences gives none.
    /// - Parameters:
    ///   - progress: Told how many are done, of how many that are missing.
    ///   - isCancelled: Asked as often; `CancellationError` is thrown then.
    /// - Throws: `InputError` where another program is at it.
    package func encodeCaptions(
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }, isCancelled: () -> Bool = { false }
    ) throws {
        let opened = try current()
        guard opened.first.knowsSentences else { return }
        let wanted = try catalogue.captionIDs()
        let known = try captionVectors.current(catalogue, opened.model)?.ids ?? []
        guard wanted != known else { return }
        guard let store = try catalogue.captionVectors(of: opened.model, mode: .writing) else { return }
        try store.delete(ids: store.ids.subtracting(wanted))
        let missing = wanted.subtracting(store.ids).sorted()
        for start in stride(from: 0, to: missing.count, by: Self.captionsAtOnce) {
            if isCancelled() { throw CancellationError() }
            let captions = try catalogue.captions(
                Array(missing[start..<min(missing.count, start + Self.captionsAtOnce)]))
            let vectors = try opened.first.vectors(ofSentences: captions.map(\.text))
            try store.append(ids: captions.map(\.id), vectors: vectors.flatMap { $0 })
            progress(start + captions.count, missing.count)
        }
        if store.deletedShare > 0.25 { try store.compact() }
    }
}
