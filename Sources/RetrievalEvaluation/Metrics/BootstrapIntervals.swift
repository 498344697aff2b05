package import AsCLBase

/// How far recall would vary on other images of the same kind: percentile bootstrap intervals over images.
///
/// A resample draws as many images as there are, with repetition, each with all its captions: captions of one image are
/// not independent, and drawing them singly would make the intervals too narrow. Recall of a resample is its hits by
/// its queries, Rsum the sum of its six recalls. The list of candidates stays as it is: ranks are not computed anew.
/// Queries of all runs of a method are pooled, so the value is the mean over the runs; what another seed would give is
/// not in the interval but in `SeedSummary`.
package struct BootstrapIntervals: Codable, Sendable, Equatable {
    /// Images drawn from.
    package let images: Int
    /// Runs pooled.
    package let runs: Int
    /// Times the images were drawn.
    package let resamples: Int
    /// The value and its 95 % interval.
    package let measures: PerMeasure<ConfidenceInterval>

    /// The intervals of `runs` of one method over the queries of `truth`. The same generator gives the same intervals
    /// on every machine.
    package init(
        _ runs: [RetrievalRanks], truth: GroundTruth, resamples: Int = 2_000,
        using generator: inout some RandomNumberGenerator
    ) throws(InputError) {
        try InputError.check(resamples: resamples)
        let tallies = try ImageTallies(runs, truth: truth, name: "ranks")
        let drawn = tallies.resampled(resamples, using: &generator)
        let total = tallies.total
        images = tallies.rows.count
        self.runs = runs.count
        self.resamples = resamples
        measures = PerMeasure {
            ConfidenceInterval(value: ImageTallies.value($0, of: total), resamples: drawn[$0])
        }
    }
}

extension InputError {
    static func check(resamples: Int) throws(InputError) {
        guard resamples > 0 else {
            throw InputError(place: "resamples", expected: "at least one", found: resamples)
        }
    }
}
