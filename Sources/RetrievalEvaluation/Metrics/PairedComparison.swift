package import AsCLBase
import Foundation

/// Whether two methods differ on the same queries by more than the choice of images explains.
///
/// Each image contributes one difference a measure, that of its own hits and its captions' hits, averaged over the runs
/// of either method (any number each). An image's difference in Rsum is
///
///     100 * sum over K of (its hits' difference / image queries + its captions' hits' difference / caption queries)
///
/// with K = 1, 5, 10, so that all images' differences add up to the difference of the two Rsums.
///
/// - The interval is the percentile bootstrap's, over images as in `BootstrapIntervals`, both methods on the same draw.
/// - The p-value is that of a two-sided sign-flip permutation test over the images' differences. It is never 0: with n
///   permutations the least is 1 / (n + 1).
///
/// Both speak of other images with these very runs, not of other seeds; and seven measures tested are seven chances to
/// err.
package struct PairedComparison: Codable, Sendable, Equatable {
    /// Images both methods were asked about.
    package let images: Int
    /// Runs of the first method.
    package let firstRuns: Int
    /// Runs of the second method.
    package let secondRuns: Int
    /// Times the images were drawn, and times the signs were tossed.
    package let resamples: Int
    /// First method less second.
    package let measures: PerMeasure<PairedDifference>

    enum CodingKeys: String, CodingKey {
        case images, resamples, measures
        case firstRuns = "first_runs"
        case secondRuns = "second_runs"
    }

    /// Compares the runs of two methods over the queries of `truth`. The same generator gives the same numbers on every
    /// machine.
    package init(
        _ first: [RetrievalRanks], with second: [RetrievalRanks], truth: GroundTruth, resamples: Int = 2_000,
        using generator: inout some RandomNumberGenerator
    ) throws(InputError) {
        try InputError.check(resamples: resamples)
        let tallies = ImageTallies(
            try ImageTallies(first, truth: truth, name: "first method"), runs: first.count,
            minus: try ImageTallies(second, truth: truth, name: "second method"), runs: second.count)
        let drawn = tallies.resampled(resamples, using: &generator)
        let pValues = tallies.signFlipped(resamples, using: &generator)
        let total = tallies.total
        images = tallies.rows.count
        firstRuns = first.count
        secondRuns = second.count
        self.resamples = resamples
        measures = PerMeasure { measure in
            let value = ImageTallies.value(measure, of: total)
            return PairedDifference(
                difference: ConfidenceInterval(value: value, resamples: drawn[measure]), pValue: pValues[measure])
        }
    }
}

/// By how much one method is better than another in a measure.
package struct PairedDifference: Codable, Sendable, Equatable, CustomStringConvertible {
    /// The difference in points of percent and its 95 % interval.
    package let difference: ConfidenceInterval
    /// How often chance alone makes a difference at least this large, in either direction.
    package let pValue: Double

    enum CodingKeys: String, CodingKey {
        case difference
        case pValue = "p_value"
    }

    /// `+1.3 [0.4, 2.2], p = 0.012`
    package var description: String {
        String(
            format: "%+.1f [%.1f, %.1f], p = %.3g", difference.value, difference.lower, difference.upper, pValue)
    }
}
