package import AsCLBase

/// How much a fast first stage (student) loses of what a slow, accurate method (teacher) would find, by the size of the
/// shortlist that the teacher then ranks anew.
///
/// Queries come one at a time and only counts are kept.
package struct ShortlistRecall: Sendable {
    /// What shortlists of one size kept.
    package struct Row: Codable, Sendable, Equatable {
        /// Items of the shortlist, at most.
        package let size: Int
        /// The mean share of the teacher's best items that are in the shortlist, in percent.
        package let teacherTop: Double
        /// Queries with a right item first after the teacher ranked the shortlist anew, in percent of the queries that
        /// have a right item; nil where none has. A right item outside the shortlist is not found.
        package let r1: Double?
        /// The same among the first five.
        package let r5: Double?
        /// The same among the first ten.
        package let r10: Double?

        enum CodingKeys: String, CodingKey {
            case size, r1, r5, r10
            case teacherTop = "teacher_top"
        }
    }

    /// Shortlist sizes, in the order asked for.
    package let sizes: [Int]
    /// Queries that came.
    package private(set) var queries = 0
    /// Those of them that have a right item.
    package private(set) var queriesWithRightItem = 0
    private var shares: [Double]
    /// By size: queries whose right item came among the first 1, 5 and 10.
    private var found: [(r1: Int, r5: Int, r10: Int)]

    /// Ready for queries.
    /// - Throws: `InputError` when a size is not positive.
    package init(sizes: [Int]) throws(InputError) {
        for size in sizes where size < 1 {
            throw InputError(place: "shortlist size", expected: "at least 1", found: size)
        }
        self.sizes = sizes
        shares = Array(repeating: 0, count: sizes.count)
        found = Array(repeating: (0, 0, 0), count: sizes.count)
    }

    /// Takes one query.
    /// - Parameters:
    ///   - teacherTop: The teacher's best items of all, ten or, of a smaller collection, all.
    ///   - ranking: The student's best items, best first, as many as the largest size; fewer are the whole shortlist, as
    ///     where it finds no more.
    ///   - teacherScores: The teacher's score of each item of `ranking`.
    ///   - right: The query's right items; it counts for no recall without any.
    package mutating func add(
        teacherTop: Set<Int>, ranking: [Int], teacherScores: [Float], right: Set<Int>
    ) throws(InputError) {
        try check(teacherTop: teacherTop, ranking: ranking, teacherScores: teacherScores)
        queries += 1
        if !right.isEmpty { queriesWithRightItem += 1 }
        for (index, size) in sizes.enumerated() {
            let shortlist = ranking.prefix(size)
            shares[index] += Double(shortlist.count { teacherTop.contains($0) }) / Double(teacherTop.count)
            guard let rank = Self.rank(of: right, in: shortlist, teacherScores) else { continue }
            found[index].r1 += rank <= 1 ? 1 : 0
            found[index].r5 += rank <= 5 ? 1 : 0
            found[index].r10 += rank <= 10 ? 1 : 0
        }
    }

    /// One row a size.
    /// - Throws: `InputError` when no query came.
    package func rows() throws(InputError) -> [Row] {
        guard queries > 0 else { throw InputError(place: "shortlists", expected: "a query", found: "none") }
        func percent(_ count: Int) -> Double? {
            queriesWithRightItem == 0 ? nil : 100 * Double(count) / Double(queriesWithRightItem)
        }
        return sizes.indices.map { index in
            Row(
                size: sizes[index], teacherTop: 100 * shares[index] / Double(queries), r1: percent(found[index].r1),
                r5: percent(found[index].r5), r10: percent(found[index].r10))
        }
    }

    /// 1 + the wrong items that the teacher scores no less than the best right one, as everywhere; nil where the shortlist
    /// has no right item.
    private static func rank(of right: Set<Int>, in shortlist: ArraySlice<Int>, _ scores: [Float]) -> Int? {
        let places = shortlist.indices
        guard let best = places.filter({ right.contains(shortlist[$0]) }).map({ scores[$0] }).max() else { return nil }
        return 1 + places.count { scores[$0] >= best && !right.contains(shortlist[$0]) }
    }

    private func check(
        teacherTop: Set<Int>, ranking: [Int], teacherScores: [Float]
    ) throws(InputError) {
        let place = "query \(queries)"
        guard !teacherTop.isEmpty else {
            throw InputError(place: place, expected: "best items of the teacher", found: "none")
        }
        guard teacherScores.count == ranking.count else {
            throw InputError(
                place: place, expected: "\(ranking.count) scores of the teacher, one an item",
                found: teacherScores.count)
        }
        guard Set(ranking).count == ranking.count else {
            throw InputError(place: place, expected: "each item once in a ranking", found: "some again")
        }
        if let bad = teacherScores.firstIndex(where: \.isNaN) {
            throw InputError(
                place: "\(place), the teacher's score of item \(ranking[bad])", expected: "a number", found: "nan")
        }
    }
}
