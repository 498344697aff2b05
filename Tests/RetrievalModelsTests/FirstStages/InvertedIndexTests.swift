import AsCLBase
import RetrievalModels
import Testing

@Suite struct InvertedIndexTests {
    @Test(arguments: [UInt64(1), 2, 3], [1, 3, 10, 1000])
    func `a search finds what trying every item finds`(_ seed: UInt64, _ count: Int) throws {
        var generator = Steps(state: seed)
        // Weights of few levels, so that many scores are equal.
        let items = (0..<200).map { _ in vector(terms: 0...6, &generator) }
        var vectors = SparseVectors(width: 40)
        for item in items { try vectors.append(item) }
        let index = try InvertedIndex(vectors)
        var accumulator = InvertedIndex.Accumulator()
        for _ in 0..<25 {
            let query = vector(terms: 1...5, &generator)
            let found = try index.search(query, top: count, reusing: &accumulator)
            let expected = Array(everyItem(items, query).prefix(count))
            #expect(found.map(\.item) == expected.map(\.item))
            #expect(found.map(\.score) == expected.map(\.score))
        }
    }

    @Test func `of a dense row the heaviest terms are kept, of equal ones the lower`() throws {
        var vectors = SparseVectors(width: 6)
        try vectors.append(dense: [0.5, 0, 0.75, 0.5, 0.5, 0, 0, 0, 0.25, 0, 0, 0], keeping: 3)
        #expect(vectors[0].map(\.term) == [0, 2, 3])
        #expect(vectors[0].map(\.weight) == [0.5, 0.75, 0.5])
        #expect(vectors[1].map(\.term) == [2])
    }

    @Test func `an accumulator serves another index too`() throws {
        var accumulator = InvertedIndex.Accumulator()
        for count in [3, 1, 5] {
            var vectors = SparseVectors(width: 2)
            for item in 0..<count { try vectors.append([(1, Float(item + 1))]) }
            let found = try InvertedIndex(vectors).search([(1, 2)], top: 1, reusing: &accumulator)
            #expect(found.map(\.item) == [count - 1] && found.map(\.score) == [Float(2 * count)])
        }
    }

    @Test func `products too small for a number are still met once`() throws {
        var vectors = SparseVectors(width: 2)
        try vectors.append([(0, 1e-30), (1, 1e-30)])
        let found = try InvertedIndex(vectors).search([(0, 1e-30), (1, 1e-30)], top: 5)
        #expect(found.map(\.item) == [0] && found.map(\.score) == [0])
    }

    @Test func `statistics count postings and their memory`() throws {
        var vectors = SparseVectors(width: 5)
        try vectors.append(dense: [0, 1, 0, 2, 0, 0, 3, 0, 0, 0])
        try vectors.append([])
        #expect(vectors.count == 3 && vectors[0].map(\.term) == [1, 3] && vectors[1].map(\.weight) == [3])
        let statistics = try InvertedIndex(vectors).statistics
        #expect(statistics.items == 3 && statistics.postings == 3 && statistics.usedTerms == 2)
        #expect(statistics.termsPerItem == 1 && statistics.bytes == 3 * 8 + 6 * 8)
        let empty = try InvertedIndex(SparseVectors(width: 0))
        #expect(empty.statistics.termsPerItem == 0)
        #expect(try empty.search([], top: 3).isEmpty)
    }

    @Test func `entries that cannot be are named`() throws {
        func message(_ entries: [(term: Int, weight: Float)]) -> String? {
            var vectors = SparseVectors(width: 4)
            return #expect(throws: InputError.self) { try vectors.append(entries) }?.description
        }
        #expect(message([(4, 1)]) == "vector 0, term 4: expected a term of 0..<4, found 4")
        #expect(message([(2, 1), (2, 1)]) == "vector 0, term 2: expected a term of 3..<4, found 2")
        #expect(message([(2, .nan)]) == "vector 0, term 2: expected a positive weight, found nan")
        #expect(message([(2, -1)]) == "vector 0, term 2: expected a positive weight, found -1.0")
        var vectors = SparseVectors(width: 4)
        #expect(throws: InputError.self) { try vectors.append(dense: [1, 2, 3]) }
        #expect(throws: InputError.self) { try vectors.append(dense: [1, 2, 3, .infinity]) }
        try vectors.append([(0, 1)])
        let index = try InvertedIndex(vectors)
        #expect(throws: InputError.self) { try index.search([(-1, 1)], top: 1) }
        #expect(throws: InputError.self) { try index.search([(0, .infinity)], top: 1) }
        #expect(throws: InputError.self) { try Shortlist(size: 1, of: [1, .nan]) }
    }

    @Test(arguments: [0, 1, 7, 100, 300])
    func `a shortlist is the head of the sorted scores`(_ size: Int) throws {
        var generator = Steps(state: 8)
        let scores = (0..<200).map { _ in Float(Int.random(in: 0..<20, using: &generator)) }
        let sorted = scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
        #expect(try Shortlist(size: size, of: scores).ranked.map(\.item) == Array(sorted.prefix(size)))
    }

    private func vector(terms: ClosedRange<Int>, _ generator: inout Steps) -> [(term: Int, weight: Float)] {
        let count = Int.random(in: terms, using: &generator)
        return (0..<40).shuffled(using: &generator).prefix(count).sorted().map {
            ($0, Float(Int.random(in: 1...3, using: &generator)))
        }
    }

    /// Items that share a term with the query, by the definition.
    private func everyItem(
        _ items: [[(term: Int, weight: Float)]], _ query: [(term: Int, weight: Float)]
    ) -> [(item: Int, score: Float)] {
        items.enumerated().compactMap { item, entries in
            let products = query.flatMap { term, weight in
                entries.filter { $0.term == term }.map { $0.weight * weight }
            }
            return products.isEmpty ? nil : (item, products.reduce(0, +))
        }.sorted { ($1.score, $0.item) < ($0.score, $1.item) }
    }
}

/// Numbers that look random (SplitMix64).
private struct Steps: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
