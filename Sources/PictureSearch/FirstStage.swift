import AsCLBase
import Foundation
import ImageEncoding
import PictureCatalogue
import PretrainedFolders
import RetrievalModels
import TextEncoding
import Torch
import VectorStore

/// Which pictures are near a query, by one vector of each: the first stage of a search, and the only one where nothing knows
/// more of a pair than its vectors.
struct FirstStage: Sendable {
    /// What makes the vectors of sentences.
    private enum Sentences: Sendable {
        /// A CLIP's or a SigLIP's text tower, and its belief.
        case tower(SentenceEncoder, Relevance)
        /// The trained model.
        case trained(TrainedModel)
    }

    let store: VectorStore
    private let sentences: Sentences?
    private let pictures: PictureTower

    init(_ catalogue: Catalogue, _ model: CatalogueModel, _ trained: TrainedModel?, device: Device) throws {
        if let directory = model.description.towers {
            let folder = try PretrainedFolder(directory: directory)
            let encoder = try SentenceEncoder(folder, device: device)
            sentences = .tower(encoder, try Relevance(folder, encoder))
        } else {
            sentences = trained.flatMap { $0.model.scorer is any VectorScorer ? .trained($0) : nil }
        }
        store = try catalogue.vectors(of: model, mode: .readingWhole)
        pictures = PictureTower(
            model.description, identity: model.identity, by: model.checkpoint?.dimension == nil ? nil : trained?.model,
            device: device)
    }

    /// Whether sentences have vectors here.
    var knowsSentences: Bool { sentences != nil }

    /// The nearest pictures to a query, nearest first; where sentences have no vectors, all pictures.
    /// - Parameter isScore: Whether the cosine is the score.
    func candidates(_ query: PictureQuery, top: Int, allowed: Set<Int64>?, isScore: Bool) throws -> [Candidate] {
        guard isScore || knowsSentences else {
            let ids = allowed.map { store.ids.intersection($0) } ?? store.ids
            return ids.sorted().map { Candidate(id: $0, cosine: nil, relevance: nil) }
        }
        let vector = try vector(of: query)
        let matches = try store.search(queries: [vector], top: top, filter: allowed.map { .allowing($0) })[0]
        let relevance = try relevance(matches, query, vector)
        return matches.indices.map {
            let cosine = matches[$0].score
            return Candidate(
                id: matches[$0].id, cosine: cosine, relevance: relevance?[$0], score: isScore ? cosine : nil)
        }
    }

    private func relevance(_ matches: [VectorMatch], _ query: PictureQuery, _ vector: [Float]) throws -> [Double]? {
        guard case .tower(_, let relevance) = sentences, query.subjects.contains(where: { $0.subject.isSentence })
        else {
            return nil
        }
        var beliefs: [Double] = []
        // A search of all pictures would otherwise hold all vectors at once.
        for start in stride(from: 0, to: matches.count, by: 1000) {
            let part = matches[start..<min(start + 1000, matches.count)]
            // What went between the scan and now has no vector, and is no answer either.
            beliefs += try relevance.of(
                part.map { store.vector(of: $0.id) ?? vector }, cosines: part.map(\.score), query: vector)
        }
        return beliefs
    }

    /// How many tokens of a sentence are not read.
    func cutCount(_ sentence: String) throws -> Int {
        guard case .tower(let encoder, _) = sentences else { return 0 }
        return try encoder.cutCount(sentence)
    }

    /// The unit vector of a query: the weighted sum of its subjects'.
    private func vector(of query: PictureQuery) throws -> [Float] {
        var sum = [Float](repeating: 0, count: store.dimension)
        for (subject, weight) in query.subjects {
            let vector =
                switch subject {
                case .sentence(let text): try self.vector(of: text)
                case .file(let path): try pictures.vector(PictureDecoder().decode(path: path))
                case .data(let data):
                    try pictures.vector(PictureDecoder().decode(data, name: PictureCollection.nameOfData))
                case .picture(let id): try known(id)
                }
            for place in sum.indices { sum[place] += weight * vector[place] }
        }
        let length = dot(sum, sum).squareRoot()
        guard length > 1e-6 else {
            throw InputError(place: "query", expected: "something to look for", found: "what takes itself away")
        }
        return sum.map { $0 / length }
    }

    private func vector(of sentence: String) throws -> [Float] {
        switch sentences {
        case .tower(let encoder, _): return try encoder.vectors([sentence])[0]
        case .trained(let trained):
            guard let scorer = trained.model.scorer as? any VectorScorer else { break }
            let words = try trained.words.words(of: [sentence])
            return try withoutGradients { try scorer.vectors(words).array(Float.self) }
        case nil: break
        }
        throw InputError(
            place: "query", expected: "sentences alone or pictures alone, since the model has no vector of a sentence",
            found: "both")
    }

    private func known(_ id: Int64) throws -> [Float] {
        guard let vector = store.vector(of: id) else {
            throw InputError(place: "picture", expected: "the number of a picture of the index", found: "\(id)")
        }
        return vector
    }
}
