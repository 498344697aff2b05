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

    let vectors: any PictureVectors
    /// What cosines and beliefs are worth here, where somebody found out.
    var calibration = FittedCalibration()
    /// What finds the nearest of the whole collection instead of the scan, where it is asked for.
    var graph: NeighbourGraph?
    private let sentences: Sentences?
    private let pictures: PictureTower

    init(_ home: any PictureHome, _ model: CatalogueModel, _ trained: TrainedModel?, device: Device) throws {
        if let directory = model.description.towers {
            let folder = try PretrainedFolder(directory: directory)
            let encoder = try SentenceEncoder(folder, device: device)
            sentences = .tower(encoder, try Relevance(folder, encoder))
        } else {
            sentences = trained.flatMap { $0.model.vectorScorer == nil ? nil : .trained($0) }
        }
        vectors = try home.nearestPictures(by: model)
        pictures = PictureTower(
            model.description, identity: model.identity, by: model.checkpoint?.dimension == nil ? nil : trained?.model,
            device: device)
    }

    /// Whether sentences have vectors here.
    var knowsSentences: Bool { sentences != nil }

    /// The vectors' files, for what looks at more of them than a search does.
    /// - Throws: `InputError` where the collection is kept elsewhere.
    var store: VectorStore {
        get throws {
            guard let folder = vectors as? FolderVectors else { throw PictureCollection.lacksFolder }
            return folder.store
        }
    }

    /// The nearest pictures to each query, nearest first; where sentences have no vectors, all pictures. One pass over the
    /// vectors serves all queries.
    /// - Parameter isScore: Whether the cosine is the score.
    func candidates(
        _ queries: [PictureQuery], top: Int, in selection: PictureSelection, isScore: Bool
    ) throws -> Gathered<[[Candidate]]> {
        guard isScore || knowsSentences else {
            let ids = try vectors.ids(in: selection)
            let all = ids.value.map { Candidate(id: $0, cosine: nil, relevance: nil) }
            return Gathered(queries.map { _ in all }, missing: ids.missing)
        }
        let asked = try vectors(of: queries)
        let found =
            try (selection.filter.isEmpty ? graph?.search(queries: asked, top: top) : nil).map { Gathered($0) }
            ?? vectors.nearest(to: asked, top: top, in: selection)
        let candidates = try queries.indices.map { place in
            let relevance = try relevance(found.value[place], queries[place], asked[place])
            return found.value[place].indices.map {
                let match = found.value[place][$0]
                return Candidate(
                    id: match.id, cosine: match.score, relevance: relevance?[$0], score: isScore ? match.score : nil)
            }
        }
        return Gathered(candidates, missing: found.missing)
    }

    /// The relevance of pictures that were found: a picture's own, which depends on the query and on the whole collection, not
    /// on what else passes a filter.
    private func relevance(_ matches: [VectorMatch], _ query: PictureQuery, _ vector: [Float]) throws -> [Double]? {
        guard query.subjects.contains(where: { $0.subject.isSentence }) else { return nil }
        let beliefs = try beliefs(matches, vector)
        guard let fit = calibration.fit else { return beliefs?.map(probability(logOdds:)) }
        return fit.logOdds(cosines: matches.map(\.score), beliefs: beliefs ?? [], query: vector)
            .map { fit.probability($0, among: vectors.count) }
    }

    /// The relevance from which on pictures are shown.
    var leastRelevance: Double {
        guard let fit = calibration.fit else { return PictureCollection.leastRelevance }
        return fit.probability(fit.leastLogOdds, among: vectors.count)
    }

    /// The model's own beliefs, as log-odds; nil where it has none.
    private func beliefs(_ matches: [VectorMatch], _ vector: [Float]) throws -> [Double]? {
        guard case .tower = sentences else { return nil }
        var beliefs: [Double] = []
        // A search of all pictures would otherwise hold all vectors at once.
        for start in stride(from: 0, to: matches.count, by: 1000) {
            let part = matches[start..<min(start + 1000, matches.count)]
            let known = try vectors.vectors(of: part.map(\.id))
            // What went between the scan and now has no vector, and is no answer either.
            beliefs +=
                try logOdds(of: part.map { known[$0.id] ?? vector }, cosines: part.map(\.score), query: vector) ?? []
        }
        return beliefs
    }

    /// The model's own beliefs in pictures by their unit vectors, as log-odds; nil where it has none.
    func logOdds(of pictures: [[Float]], cosines: [Float], query: [Float]) throws -> [Double]? {
        guard case .tower(_, let relevance) = sentences else { return nil }
        return try relevance.logOdds(of: pictures, cosines: cosines, query: query)
    }

    /// How many tokens of a sentence are not read.
    func cutCount(_ sentence: String) throws -> Int {
        guard case .tower(let encoder, _) = sentences else { return 0 }
        return try encoder.cutCount(sentence)
    }

    /// The unit vectors of queries: the weighted sums of their subjects'. A tower encodes all sentences together.
    func vectors(of queries: [PictureQuery]) throws -> [[Float]] {
        let asked = queries.flatMap { query in
            query.subjects.compactMap { if case .sentence(let text) = $0.subject { text } else { nil } }
        }
        var texts = try vectors(ofSentences: asked)[...]
        var found: [[Float]] = []
        for query in queries {
            var sum = [Float](repeating: 0, count: vectors.dimension)
            for (subject, weight) in query.subjects {
                let vector =
                    switch subject {
                    case .sentence: texts.removeFirst()
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
            found.append(sum.map { $0 / length })
        }
        return found
    }

    /// Unit vectors of sentences.
    func vectors(ofSentences texts: [String]) throws -> [[Float]] {
        guard !texts.isEmpty else { return [] }
        switch sentences {
        case .tower(let encoder, _): return try encoder.vectors(texts)
        case .trained(let trained):
            guard let scorer = trained.model.vectorScorer else { break }
            return try texts.map { text in
                let words = try trained.words.words(of: [text])
                return try withoutGradients { try scorer.vectors(words).array(Float.self) }
            }
        case nil: break
        }
        throw InputError(
            place: "query", expected: "sentences alone or pictures alone, since the model has no vector of a sentence",
            found: "both")
    }

    private func known(_ id: Int64) throws -> [Float] {
        guard let vector = try vectors.vectors(of: [id])[id] else {
            throw InputError(place: "picture", expected: "the number of a picture of the index", found: "\(id)")
        }
        return vector
    }
}
