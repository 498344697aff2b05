import AsCLBase
import FeatureExtraction
import PictureCatalogue
import RetrievalModels
import TextEncoding
import Torch

/// The score of pictures with sentences by a trained model: each from its pair alone.
struct SecondStage: Sendable {
    let trained: TrainedModel
    let features: IndexedFeatures
    private let catalogue: Catalogue

    init(_ trained: TrainedModel, _ catalogue: Catalogue, _ model: CatalogueModel) throws {
        self.trained = trained
        self.catalogue = catalogue
        features = try IndexedFeatures(catalogue, model)
    }

    /// Gives pictures the weighted sums of their scores with sentences.
    /// - Returns: How many have no features any more, and so no score.
    func score(
        _ candidates: inout ArraySlice<Candidate>, _ sentences: [(text: String, weight: Float)]
    ) throws -> Int {
        let digests = try catalogue.digests(of: candidates.map(\.id))
        // What the catalogue does not know any more went meanwhile.
        let known = candidates.indices.compactMap { place in digests[candidates[place].id].map { (place, $0) } }
        let records = try features.records(of: known.map(\.1))
        let present = zip(known, records).compactMap { picture, record in record.map { (place: picture.0, record: $0) }
        }
        let values = try withoutGradients { try scores(trained.model.scorer, present.map(\.record), sentences) }
        // Damage may have made numbers what is none.
        for (picture, score) in zip(present, values) where !score.isNaN { candidates[picture.place].score = score }
        return known.count { candidates[$0.0].score == nil }
    }

    private func scores<Scorer: PairScorer>(
        _ scorer: Scorer, _ records: [BlockReader.Record], _ sentences: [(text: String, weight: Float)]
    ) throws -> [Float] {
        let model = trained.model
        let precision: Precision = scorer.supports(.int16, on: model.device) ? .int16 : .fp32
        let words = try model.encode(model.tokenize(sentences.map(\.text)).map(\.ids))
        let texts = try scorer.scorable(words, in: precision)
        var scores: [Float] = []
        for start in stride(from: 0, to: records.count, by: TrainedModel.picturesAtOnce) {
            let part = Array(records[start..<min(start + TrainedModel.picturesAtOnce, records.count)])
            let images = try scorer.scorable(features.batch(part, on: model.device), in: precision)
            let block = try scorer.similarity(images, texts).to(.float32).array(Float.self)
            for image in part.indices {
                scores.append(
                    sentences.indices.reduce(0) { $0 + sentences[$1].weight * block[image * sentences.count + $1] })
            }
        }
        return scores
    }
}
