/// How often a score ordered right above wrong.
package struct ProbeAccuracy: Codable, Sendable, Equatable {
    /// Cases tried.
    package let cases: Int
    /// Those whose right caption scored above the wrong one, in percent; a tie counts as wrong.
    package let percent: Double
}

extension [ProbeCase] {
    /// The accuracy of each type that occurs, by the type's name.
    /// - Parameter scores: Gives the score of each case's right and wrong caption.
    package func accuracies(
        _ scores: ([ProbeCase]) throws -> [(right: Float, wrong: Float)]
    ) rethrows -> [String: ProbeAccuracy] {
        let won = try zip(self, scores(self)).map { ($0.type, $1.right > $1.wrong) }
        return Dictionary(grouping: won, by: \.0.rawValue).mapValues { cases in
            ProbeAccuracy(cases: cases.count, percent: 100 * Double(cases.count { $0.1 }) / Double(cases.count))
        }
    }
}
