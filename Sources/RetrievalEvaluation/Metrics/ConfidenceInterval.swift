import Foundation

/// A measure and the 95 % interval around it.
package struct ConfidenceInterval: Codable, Sendable, Equatable, CustomStringConvertible {
    /// What was measured on all images.
    package let value: Double
    /// The 2.5 % quantile of the resamples.
    package let lower: Double
    /// Their 97.5 % quantile.
    package let upper: Double

    /// The percentile interval (Efron 1979) of at least one resample; a quantile between two of them is interpolated.
    init(value: Double, resamples: [Double]) {
        let sorted = resamples.sorted()
        func quantile(_ share: Double) -> Double {
            let place = share * Double(sorted.count - 1)
            let below = Int(place)
            let above = min(below + 1, sorted.count - 1)
            return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
        }
        self.value = value
        lower = quantile(0.025)
        upper = quantile(0.975)
    }

    /// `46.2 [43.1, 49.4]`
    package var description: String { String(format: "%.1f [%.1f, %.1f]", value, lower, upper) }
}
