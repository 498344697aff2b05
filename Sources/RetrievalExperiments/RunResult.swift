import Foundation
public import RetrievalData
public import RetrievalMetrics

/// What a finished run came to, `result.json` of its folder: all that tables, figures and tests of significance need.
public struct RunResult: Codable, Sendable {
    /// The configuration's YAML.
    public let configuration: String
    /// What every random choice followed from.
    public let seed: Int
    /// Recall on the split that was evaluated.
    public let result: RetrievalResult
    /// The rank of every query, for tests between runs.
    public let ranks: RetrievalRanks
    /// Alignment and uniformity; nil for peers.
    public let geometry: EmbeddingGeometry?
    /// Accuracy by kind of asymmetry; nil where the data gives no cases.
    public let probe: [String: ProbeAccuracy]?
    /// The best validation Rsum and its epoch, from 1.
    public let validationRsum: Double
    /// The epoch whose model was evaluated, from 1.
    public let epoch: Int
    /// The model's own parameters, without the text encoder.
    public let parameters: Int
    /// Wall-clock time.
    public let trainingSeconds: Double
    /// Wall-clock time.
    public let evaluationSeconds: Double
    /// Threads it ran on.
    public let threads: Int

    enum CodingKeys: String, CodingKey {
        case configuration, seed, result, ranks, geometry, probe, epoch, parameters, threads
        case validationRsum = "validation_rsum"
        case trainingSeconds = "training_seconds"
        case evaluationSeconds = "evaluation_seconds"
    }
}

/// A run that could not be finished, `failure.json` of its folder.
struct RunFailure: Codable {
    let configuration: String
    let reason: String
}
