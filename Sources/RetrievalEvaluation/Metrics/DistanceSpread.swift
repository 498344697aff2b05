/// Mean and variance of some distances.
package struct DistanceSpread: Codable, Sendable, Equatable {
    /// How many distances.
    package let pairs: Int
    /// Their mean.
    package let mean: Double
    /// Their variance: of all of them, not an estimate from a sample.
    package let variance: Double

    /// The spread of the distances that `each` hands over one by one; nil without any.
    init?(each: ((Double) -> Void) -> Void) {
        var pairs = 0
        var mean = 0.0
        // Squared deviations from the running mean (Welford), so that large sums lose nothing.
        var squares = 0.0
        each { distance in
            pairs += 1
            let before = distance - mean
            mean += before / Double(pairs)
            squares += before * (distance - mean)
        }
        guard pairs > 0 else { return nil }
        self.pairs = pairs
        self.mean = mean
        variance = squares / Double(pairs)
    }
}
