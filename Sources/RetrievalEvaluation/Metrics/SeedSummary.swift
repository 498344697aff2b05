package import AsCLBase

/// The results of one method's runs, which differ in their seed alone.
package struct SeedSummary: Codable, Sendable, Equatable {
    /// Mean and deviation over the runs.
    package let measures: PerMeasure<MeanAndDeviation>

    /// Of at least one run: `RetrievalResult.measures` or `FoldedResult.measures` of each.
    package init(_ runs: [PerMeasure<Double>]) throws(InputError) {
        measures = try PerMeasure { (measure) throws(InputError) in
            guard let summary = MeanAndDeviation(runs.map { $0[measure] }) else {
                throw InputError(place: "seeds", expected: "at least one run", found: "none")
            }
            return summary
        }
    }
}
