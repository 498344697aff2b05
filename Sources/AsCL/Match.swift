/// One answer to a query.
public struct Match: Sendable, Equatable {
    /// The picture's file name, or the caption. A picture that its data does not name is `image <n>`, from 0.
    public let name: String
    /// S, the model's score of the pair: higher fits better. Scores of different models do not compare.
    public let score: Float
}

extension [Float] {
    /// The best `count`, best first; of equal ones the first.
    func best(_ count: Int, names: (Int) -> String) -> [Match] {
        indices.sorted { (self[$0], $1) > (self[$1], $0) }.prefix(Swift.max(0, count)).map {
            Match(name: names($0), score: self[$0])
        }
    }
}
