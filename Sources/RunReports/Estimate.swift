import AsCLBase

/// A measured number and how far it may be off.
package struct Estimate: Sendable, Equatable {
    /// What is known of the number's uncertainty, in the number's unit.
    package enum Spread: Sendable, Equatable {
        /// A deviation to both sides, such as the standard deviation over runs; shown as `± 0.4`.
        case deviation(Double)
        /// The ends of an interval, such as a bootstrap confidence interval; shown as `[57.1, 59.4]`.
        case interval(Double, Double)
    }

    /// The number.
    package let value: Double
    /// Its uncertainty; nil when there is none to tell, as for a single run.
    package let spread: Spread?

    /// A number, with its uncertainty where one is known.
    package init(_ value: Double, _ spread: Spread? = nil) {
        self.value = value
        self.spread = spread
    }

    /// The ends of the error bar; both the number itself without a spread.
    var ends: (low: Double, high: Double) {
        switch spread {
        case nil: (value, value)
        case .deviation(let deviation): (value - deviation, value + deviation)
        case .interval(let low, let high): (low, high)
        }
    }

    /// Refuses what is not finite, a negative deviation and an interval that does not hold the number.
    func check(_ place: @autoclosure () -> String) throws(InputError) {
        let (low, high) = ends
        guard value.isFinite, low.isFinite, high.isFinite else {
            throw InputError(place: place(), expected: "finite numbers", found: "\(value), from \(low) to \(high)")
        }
        guard low <= value, value <= high else {
            throw InputError(
                place: place(), expected: "a spread that holds the number", found: "\(value), from \(low) to \(high)")
        }
    }
}
