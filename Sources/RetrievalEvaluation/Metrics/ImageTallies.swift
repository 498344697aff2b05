import AsCLBase

/// What each image and its captions contribute to recall, summed over the runs of a method (or the difference of two).
///
/// An image stands together with its captions because their ranks hang together: they are what resampling draws. A
/// caption of several images stands with the first of them; an image that asks nothing and has no such caption is left
/// out.
///
/// All entries are whole numbers, so that sums are exact and do not depend on their order.
struct ImageTallies {
    /// One an image: hits among the first 1, 5, 10 of the image, then of its captions, then the image's queries and the
    /// captions', all over all runs.
    let rows: [SIMD8<Double>]

    private static let limits = [1, 5, 10]
    private static let imageQueries = 6
    private static let captionQueries = 7

    /// Of `runs`, at least one, each with the queries of `truth`; `name` says in errors whose they are.
    init(_ runs: [RetrievalRanks], truth: GroundTruth, name: String) throws(InputError) {
        guard !runs.isEmpty else {
            throw InputError(place: name, expected: "at least one run", found: "none")
        }
        var rows: [SIMD8<Double>] = Array(repeating: .zero, count: truth.imageCount)
        for (index, run) in runs.enumerated() {
            let place = "\(name), run \(index + 1)"
            try Self.check(run.imageToText, right: truth.captionsOfImage, "\(place), image")
            try Self.check(run.textToImage, right: truth.imagesOfCaption, "\(place), caption")
            for (image, rank) in run.imageToText.enumerated() {
                guard let rank else { continue }
                Self.count(rank, from: 0, queries: Self.imageQueries, in: &rows[image])
            }
            for (caption, rank) in run.textToImage.enumerated() {
                guard let rank, let image = truth.imagesOfCaption[caption].first else { continue }
                Self.count(rank, from: Self.limits.count, queries: Self.captionQueries, in: &rows[image])
            }
        }
        self.rows = rows.filter { $0[Self.imageQueries] + $0[Self.captionQueries] > 0 }
    }

    /// The hits of `first` less those of `second`, both brought to the product of the two numbers of runs.
    init(_ first: ImageTallies, runs firstRuns: Int, minus second: ImageTallies, runs secondRuns: Int) {
        rows = zip(first.rows, second.rows).map { first, second in
            var hits = second
            hits[Self.imageQueries] = 0
            hits[Self.captionQueries] = 0
            return first * Double(secondRuns) - hits * Double(firstRuns)
        }
    }

    /// All images together.
    var total: SIMD8<Double> { rows.reduce(.zero, +) }

    /// A measure in percent from the sum of some rows. Both directions have to have a query among them.
    static func value(_ measure: RetrievalMeasure, of sum: SIMD8<Double>) -> Double {
        func recall(_ lane: Int) -> Double { 100 * sum[lane] / sum[lane < 3 ? imageQueries : captionQueries] }
        return measure == .rsum ? (0..<imageQueries).reduce(0) { $0 + recall($1) } : recall(measure.rawValue)
    }

    /// The measures of as many images drawn with repetition, `times` over.
    func resampled(_ times: Int, using generator: inout some RandomNumberGenerator) -> PerMeasure<[Double]> {
        var sums: [SIMD8<Double>] = []
        while sums.count < times {
            var sum = SIMD8<Double>.zero
            for _ in rows.indices { sum += rows[generator.index(below: rows.count)] }
            // Captions of several images leave some images without one, and chance may draw those alone: recall is then
            // undefined, and they are drawn anew. That ends, for in every ground truth an image has queries both ways.
            if sum[Self.imageQueries] > 0, sum[Self.captionQueries] > 0 { sums.append(sum) }
        }
        return PerMeasure { measure in sums.map { Self.value(measure, of: $0) } }
    }

    /// How likely differences at least as large as these are, were the two methods exchangeable: every image's
    /// difference keeps or changes its sign by the toss of a coin, `times` over, and what was observed counts as one of
    /// the tosses.
    func signFlipped(_ times: Int, using generator: inout some RandomNumberGenerator) -> PerMeasure<Double> {
        let total = total
        func magnitudes(_ hits: SIMD8<Double>) -> SIMD8<Double> {
            var sizes = hits
            // Rsum but for a constant factor, and as a whole number: equal differences are found equal.
            sizes[RetrievalMeasure.rsum.rawValue] =
                (hits[0] + hits[1] + hits[2]) * total[Self.captionQueries]
                + (hits[3] + hits[4] + hits[5]) * total[Self.imageQueries]
            sizes[7] = 0
            return sizes.replacing(with: -sizes, where: sizes .< 0)
        }
        let observed = magnitudes(total)
        let differing = rows.filter { row in (0..<Self.imageQueries).contains { row[$0] != 0 } }
        var reached = SIMD8<Double>(repeating: 1)
        for _ in 0..<times {
            var sum = SIMD8<Double>.zero
            var coins: UInt64 = 0
            for (index, row) in differing.enumerated() {
                if index % 64 == 0 { coins = generator.next() }
                if coins & 1 == 0 { sum += row } else { sum -= row }
                coins >>= 1
            }
            reached.replace(with: reached + 1, where: magnitudes(sum) .>= observed)
        }
        return PerMeasure { reached[$0.rawValue] / Double(times + 1) }
    }

    private static func count(_ rank: Int, from lane: Int, queries: Int, in row: inout SIMD8<Double>) {
        for (offset, limit) in limits.enumerated() where rank <= limit { row[lane + offset] += 1 }
        row[queries] += 1
    }

    private static func check(_ ranks: [Int?], right: [[Int]], _ place: String) throws(InputError) {
        guard ranks.count == right.count else {
            throw InputError(
                place: "\(place)s", expected: "\(right.count) ranks, as the ground truth has", found: ranks.count)
        }
        for (query, rank) in ranks.enumerated() where (rank == nil) != right[query].isEmpty {
            throw InputError(
                place: "\(place) \(query)", expected: right[query].isEmpty ? "no rank, for nothing is right" : "a rank",
                found: rank.map(String.init) ?? "none")
        }
    }
}

extension RandomNumberGenerator {
    /// A whole number of 0 ..< `bound`. Defined here, so that a new standard library cannot change an interval; some
    /// numbers are likelier by `bound` in 2^64, which no resampling can see.
    mutating func index(below bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }
}
