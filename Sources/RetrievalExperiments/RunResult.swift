import Foundation
import RetrievalData
package import RetrievalEvaluation

/// What a finished run came to, `result.json` of its folder: all that tables, figures and tests of significance need.
package struct RunResult: Codable, Sendable {
    /// The configuration's YAML.
    package let configuration: String
    /// What every random choice followed from.
    package let seed: Int
    /// Recall on the split that was evaluated.
    package let result: RetrievalResult
    /// The rank of every query, for tests between runs.
    package let ranks: RetrievalRanks
    /// Alignment and uniformity under uniform attention; nil for baselines.
    package let geometry: EmbeddingGeometry?
    /// The same without attention, the definition before; nil for baselines.
    package let plainGeometry: EmbeddingGeometry?
    /// Accuracy by kind of asymmetry; nil where the data gives no cases.
    package let probe: [String: ProbeAccuracy]?
    /// The best validation Rsum and its epoch, from 1.
    package let validationRsum: Double
    /// The epoch whose model was evaluated, from 1.
    package let epoch: Int
    /// The model's own parameters, without the text encoder.
    package let parameters: Int
    /// Wall-clock time.
    package let trainingSeconds: Double
    /// Wall-clock time.
    package let evaluationSeconds: Double
    /// Threads it ran on.
    package let threads: Int
    /// Pairs of the evaluation that were scored a second, from features and words on; nil where it was interrupted.
    package let pairsPerSecond: Double?
    /// What the score of a pair takes beyond what is made of each item alone; nil where nobody has counted.
    package let multiplyAddsOfPair: Double?
    /// What is to be told of the shortlists by which it was ranked; nil where all pairs were scored.
    package let shortlist: String?

    enum CodingKeys: String, CodingKey {
        case configuration, seed, result, ranks, geometry, probe, epoch, parameters, threads, shortlist
        case plainGeometry = "plain_geometry"
        case validationRsum = "validation_rsum"
        case trainingSeconds = "training_seconds"
        case evaluationSeconds = "evaluation_seconds"
        case pairsPerSecond = "pairs_per_second"
        case multiplyAddsOfPair = "multiply_adds_of_pair"
    }
}

/// A run that could not be finished, `failure.json` of its folder.
struct RunFailure: Codable {
    let configuration: String
    let reason: String
}
