/// The results of one method's runs, which differ in their seed alone.
public struct SeedSummary: Codable, Sendable, Equatable {
    /// Mean and deviation over the runs.
    public let measures: PerMeasure<MeanAndDeviation>

    /// Of at least one run: `RetrievalResult.measures` or `FoldedResult.measures` of each.
    public init(_ runs: [PerMeasure<Double>]) throws(RetrievalMetricsError) {
        measures = try PerMeasure { (measure) throws(RetrievalMetricsError) in
            guard let summary = MeanAndDeviation(runs.map { $0[measure] }) else {
                throw RetrievalMetricsError(place: "seeds", expected: "at least one run", found: "none")
            }
            return summary
        }
    }
}
