import Foundation

/// The mean of runs that differ in their seed, and how much they differ.
package struct MeanAndDeviation: Codable, Sendable, Equatable, CustomStringConvertible {
    /// How many runs.
    package let runs: Int
    /// Their mean.
    package let mean: Double
    /// The sample standard deviation, with n - 1 under the root; nil for one run, which says nothing of others.
    package let deviation: Double?

    /// Of `values`, one a run; nil without any.
    package init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        runs = values.count
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.mean = mean
        deviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : nil
    }

    /// `46.2 ± 0.4`, or `46.2` of one run.
    package var description: String {
        let mean = String(format: "%.1f", mean)
        return deviation.map { "\(mean) ± \(String(format: "%.1f", $0))" } ?? mean
    }
}
