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
    private let scoring: any PictureScoring

    /// Bytes that may be kept of pictures that were made ready: some thousands at 128 dimensions.
    private static let budget = 256 << 20

    init(_ trained: TrainedModel, _ catalogue: Catalogue, _ model: CatalogueModel) throws {
        self.trained = trained
        self.catalogue = catalogue
        features = try IndexedFeatures(catalogue, model)
        func scoring<Scorer: PairScorer>(_ scorer: Scorer) -> any PictureScoring {
            let precision: Precision = scorer.supports(.int16, on: trained.model.device) ? .int16 : .fp32
            return PreparedPictures(scorer, in: precision, regions: model.shape.regions, budget: Self.budget)
        }
        self.scoring = scoring(trained.model.scorer)
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
        let present = zip(known, records).compactMap { picture, record in
            record.map { (place: picture.0, record: $0) }
        }
        let words = try trained.words.words(of: sentences.map(\.text))
        let scores = try withoutGradients {
            try scoring.scores(of: present.map { (candidates[$0.place].id, $0.record) }, words) {
                try features.batch([$0], on: trained.model.device)
            }
        }
        for (picture, own) in zip(present, scores) {
            let sum = zip(own, sentences).reduce(0) { $0 + $1.0 * $1.1.weight }
            // Damage may have made numbers what is none.
            if !sum.isNaN { candidates[picture.place].score = sum }
        }
        return known.count { candidates[$0.0].score == nil }
    }
}
