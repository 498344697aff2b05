/// How much of a collection a search looks at; tests make it less.
struct SearchLimits: Sendable {
    /// A collection of so many pictures is scored whole.
    var scoredWhole = 1000
    /// The nearest of a larger one that the first stage finds, at least.
    var found = 1000
    /// The nearest are put in order by their scores so many at a time, at least.
    var shortlist = 100
}
