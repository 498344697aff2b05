import AsCLBase

/// Whole units of a text to be guessed: an object, an attribute, a relation. A place of m units is masked with them at the
/// rate 0.15 / m each; a unit is drawn at the mean rate of its places, one at least. Of the places drawn 80 % are masked,
/// 10 % become another ordinary word, and 10 % stay.
struct UnitMasking {
    /// Rows of the text's tokens, with what was done to them.
    private(set) var rows: [Int]
    /// The places that are to be guessed, ascending.
    let places: [Int]

    /// - Parameters:
    ///   - rows: Of the text's tokens.
    ///   - units: Places of each, one at least.
    init(_ rows: [Int], units: [[Int]], _ vocabulary: CutVocabulary, _ generator: inout SeededGenerator) {
        self.rows = rows
        var drawn: [Int] = []
        for (unit, rates) in Self.rates(units).enumerated() {
            let rate = rates.reduce(0, +) / Double(rates.count)
            if generator.uniform() < rate { drawn.append(unit) }
        }
        if drawn.isEmpty { drawn = [generator.below(units.count)] }
        places = Set(drawn.flatMap { units[$0] }).sorted()
        for place in places { self.rows[place] = vocabulary.masked(rows[place], &generator) }
    }

    /// The rate at which each place of each unit is masked with it.
    static func rates(_ units: [[Int]]) -> [[Double]] {
        var counts: [Int: Int] = [:]
        for place in units.flatMap(\.self) { counts[place, default: 0] += 1 }
        return units.map { $0.map { WordMasking.rate / Double(counts[$0] ?? 1) } }
    }
}
