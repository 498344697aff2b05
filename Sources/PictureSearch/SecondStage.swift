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
    private let scoring: any PictureScoring

    /// Bytes that may be kept of pictures that were made ready: some thousands at 128 dimensions.
    private static let budget = 256 << 20

    init(_ trained: TrainedModel, _ home: any PictureHome, _ model: CatalogueModel) throws {
        self.trained = trained
        features = try IndexedFeatures(home, model)
        func scoring<Scorer: PairScorer>(_ scorer: Scorer) -> any PictureScoring {
            let precision: Precision = scorer.supports(.int16, on: trained.model.device) ? .int16 : .fp32
            return PreparedPictures(scorer, in: precision, regions: model.shape.regions, budget: Self.budget)
        }
        self.scoring = scoring(trained.model.scorer)
    }

    /// Gives pictures the weighted sums of their scores with sentences.
    /// - Returns: How many have no score since their features are damaged.
    func score(
        _ candidates: inout ArraySlice<Candidate>, _ sentences: [(text: String, weight: Float)]
    ) throws -> Gathered<Int> {
        let words = try trained.words.words(of: sentences.map(\.text))
        var (damaged, missing) = (Set<Int64>(), [String]())
        let scores = try withoutGradients {
            try scoring.scores(of: candidates.map(\.id), words) { ids in
                let found = try features.records(of: ids)
                damaged.formUnion(found.value.damaged)
                for line in found.missing where !missing.contains(line) { missing.append(line) }
                return found.value.records
            } features: { record in
                try features.batch(record, on: trained.model.device)
            }
        }
        for place in candidates.indices {
            guard let own = scores[candidates[place].id] else { continue }
            candidates[place].score = zip(own, sentences).reduce(Float(0)) { $0 + $1.0 * $1.1.weight }
        }
        return Gathered(damaged.count, missing: missing)
    }
}
