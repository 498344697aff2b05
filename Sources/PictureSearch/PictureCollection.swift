import AsCLBase
import Foundation
import ImageEncoding
package import PictureCatalogue
import PretrainedFolders
import Synchronization
package import Torch
import VectorStore

/// An indexed collection of pictures that answers queries. May be used from several threads.
///
/// It sees what is indexed meanwhile. While a collection is being indexed by another model, the former one answers until the
/// new one is whole.
package final class PictureCollection: Sendable {
    /// What is known of the pictures.
    package let catalogue: Catalogue
    private let device: Device
    /// Nil while the models are let go of.
    private let opened: Mutex<Opened?>

    /// Everything that belongs to the model that answers.
    private struct Opened: Sendable {
        let model: CatalogueModel
        let sentences: SentenceEncoder
        let relevance: Relevance
        let store: VectorStore
        let tower: PictureTower
    }

    /// Answers are given above this probability.
    package static let leastRelevance = 0.2
    /// What errors call a picture that came as bytes.
    package static let nameOfData = "the picture"
    /// The nearest pictures that are looked at more closely.
    private static let mostLookedAt = 1000

    /// Opens an index.
    /// - Throws: `InputError` where there is none, or it is not whole yet, or its model's folder is gone or another.
    package init(index folder: String, device: Device = .cpu) throws {
        catalogue = try Catalogue(folder: folder, isNew: false)
        self.device = device
        opened = Mutex(try Self.open(catalogue, device))
    }

    private static func open(_ catalogue: Catalogue, _ device: Device) throws -> Opened {
        guard let model = try catalogue.answeringModel() else {
            throw InputError(
                path: catalogue.folder, place: "index", expected: "one that is whole",
                found: "none yet: `ascl index` has not come to its end")
        }
        let folder = try PretrainedFolder(directory: model.encoder)
        var digests = FileDigests.ofModels
        let fingerprint = try folder.fingerprint(&digests)
        guard model.identity.contains(fingerprint) else {
            throw InputError(
                path: model.encoder, place: "model", expected: "\(model.identity), which the pictures were indexed by",
                found: "\(fingerprint): `ascl index --encoder` indexes them anew, and until then the former answers "
                    + "where it is put back")
        }
        let sentences = try SentenceEncoder(folder, device: device)
        return Opened(
            model: model, sentences: sentences, relevance: try Relevance(folder, sentences),
            store: try catalogue.vectors(of: model, mode: .readingWhole),
            tower: PictureTower(folder: model.encoder, device: device))
    }

    /// The state that answers now: what was indexed meanwhile is taken in.
    private func current() throws -> Opened {
        try opened.withLock { opened in
            if let known = opened, try catalogue.answeringModel() == known.model {
                try known.store.refresh()
                return known
            }
            let new = try Self.open(catalogue, device)
            opened = new
            return new
        }
    }

    /// Whether the models are in memory.
    package var isLoaded: Bool { opened.withLock { $0 != nil } }

    /// Lets go of the models; the next search loads them again.
    package func unload() {
        opened.withLock { $0 = nil }
        FreedMemory.release()
    }

    /// Pictures that answer a query, best first or newest first.
    /// - Throws: `InputError` for a subject that is none: a blank sentence, a file that is no picture, a number of no picture.
    package func search(_ query: PictureQuery) throws -> SearchAnswer {
        let opened = try current()
        let vector = try vector(of: query, opened)
        let allowed = try catalogue.pictures(query.filter)
        let wanted = max(query.offset + query.count, Self.mostLookedAt)
        let matches = try opened.store.search(
            queries: [vector], top: wanted, filter: allowed.map { .allowing($0) })[0]
        var relevance: [Double?] = matches.map { _ in nil }
        if query.subjects.contains(where: { $0.subject.isSentence }) {
            // What went between the scan and now has no vector, and is no answer either.
            let known = matches.map { opened.store.vector(of: $0.id) ?? vector }
            relevance = try opened.relevance.of(known, cosines: matches.map(\.score), query: vector)
        }
        var found: [(id: Int64, score: Float, relevance: Double?)] = zip(matches, relevance).map {
            ($0.id, $0.score, $1)
        }
        if !query.showsAll { found.removeAll { ($0.relevance ?? 1) < Self.leastRelevance } }
        let searched = allowed?.count ?? opened.store.count
        var pictures: [Int64: CataloguedPicture] = [:]
        if query.newestFirst {
            pictures = try catalogue.pictures(found.map(\.id))
            func key(_ id: Int64) -> String { pictures[id]?.taken ?? "" }
            found.sort { (key($0.id), $0.score) > (key($1.id), $1.score) }
        }
        let page = found.dropFirst(query.offset).prefix(query.count)
        if !query.newestFirst { pictures = try catalogue.pictures(page.map(\.id)) }
        return SearchAnswer(
            hits: page.compactMap { hit in
                pictures[hit.id].map { .init(picture: $0, score: hit.score, relevance: hit.relevance) }
            },
            // Where the last that was looked at still answers, others behind it may too.
            count: found.count, mayHaveMore: found.count == wanted && wanted < searched, searchedCount: searched,
            notes: try notes(query, opened))
    }

    private func notes(_ query: PictureQuery, _ opened: Opened) throws -> [String] {
        let cuts: [String] = try query.subjects.compactMap { subject, _ in
            guard case .sentence(let text) = subject else { return nil }
            let count = try opened.sentences.cutCount(text)
            return count > 0 ? "the last \(count) tokens of the sentence are not read: the model reads no more" : nil
        }
        guard let damage = opened.store.damage.first else { return cuts }
        let missing = max(0, try catalogue.numbers().findable - opened.store.count)
        return cuts + ["\(missing) pictures cannot be found until `ascl index` has mended this: \(damage)"]
    }

    /// Looks at every byte of the vectors; files that are damaged are left out of what is searched from then on.
    /// - Returns: What is damaged, a line each.
    package func check() throws -> [String] {
        let store = try current().store
        try store.leaveOutDamage()
        return store.damage
    }

    /// The unit vector of a query: the weighted sum of its subjects'.
    private func vector(of query: PictureQuery, _ opened: Opened) throws -> [Float] {
        var sum = [Float](repeating: 0, count: opened.model.dimension)
        for (subject, weight) in query.subjects {
            let vector =
                switch subject {
                case .sentence(let text): try opened.sentences.vectors([text])[0]
                case .file(let path): try opened.tower.vector(PictureDecoder().decode(path: path))
                case .data(let data): try opened.tower.vector(PictureDecoder().decode(data, name: Self.nameOfData))
                case .picture(let id): try known(id, opened)
                }
            for place in sum.indices { sum[place] += weight * vector[place] }
        }
        let length = dot(sum, sum).squareRoot()
        guard length > 1e-6 else {
            throw InputError(place: "query", expected: "something to look for", found: "what takes itself away")
        }
        return sum.map { $0 / length }
    }

    private func known(_ id: Int64, _ opened: Opened) throws -> [Float] {
        guard let vector = opened.store.vector(of: id) else {
            throw InputError(place: "picture", expected: "the number of a picture of the index", found: "\(id)")
        }
        return vector
    }
}
