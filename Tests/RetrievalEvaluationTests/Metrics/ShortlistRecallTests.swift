import AsCLBase
import RetrievalEvaluation
import Testing

@Suite struct ShortlistRecallTests {
    @Test func `two queries are as worked out by hand`() throws {
        var recall = try ShortlistRecall(sizes: [1, 2, 4])
        // The teacher puts 5 before 8 before 7; item 7 is right and comes third.
        try recall.add(
            teacherTop: [5, 8], ranking: [7, 5, 8, 9], teacherScores: [0.2, 0.9, 0.4, 0.1], right: [7])
        // The right item 3 enters with a shortlist of two and is the teacher's best.
        try recall.add(
            teacherTop: [3, 4], ranking: [4, 3, 6, 7], teacherScores: [0.7, 0.8, 0, 0.1], right: [3, 99])
        let rows = try recall.rows()
        #expect(rows.map(\.size) == [1, 2, 4])
        #expect(rows.map(\.teacherTop) == [25, 75, 100])
        #expect(rows.map(\.r1) == [50, 50, 50])
        #expect(rows.map(\.r5) == [50, 100, 100])
        #expect(rows.map(\.r10) == [50, 100, 100])
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func `random queries are as defined`(seed: UInt64) throws {
        var generator = SeededGenerator(state: seed)
        let sizes = [1, 3, 10, 25, 60, 100]
        var recall = try ShortlistRecall(sizes: sizes)
        var shares = sizes.map { _ in [Double]() }
        var ranks = sizes.map { _ in [Int]() }
        for _ in 0..<30 {
            // Few levels, so that many of the teacher's scores are equal.
            let scores = (0..<60).map { _ in Float(Int.random(in: 0..<12, using: &generator)) }
            let top = Set((0..<60).sorted { (-scores[$0], $0) < (-scores[$1], $1) }.prefix(10))
            let ranking = Array((0..<60).shuffled(using: &generator).prefix(40))
            let right = Set((0..<Int.random(in: 0...3, using: &generator)).map { $0 * 7 })
            try recall.add(
                teacherTop: top, ranking: ranking, teacherScores: ranking.map { scores[$0] }, right: right)
            for (index, size) in sizes.enumerated() {
                let list = Set(ranking.prefix(size))
                shares[index].append(Double(list.intersection(top).count) / 10)
                guard !right.isEmpty else { continue }
                let best = list.intersection(right).map { scores[$0] }.max()
                ranks[index].append(
                    best.map { best in 1 + list.subtracting(right).filter { scores[$0] >= best }.count } ?? Int.max)
            }
        }
        #expect(recall.queries == 30 && recall.queriesWithRightItem == ranks[0].count)
        for (index, row) in try recall.rows().enumerated() {
            #expect(abs(row.teacherTop - 100 * shares[index].reduce(0, +) / 30) < 1e-9)
            for (limit, found) in [(1, row.r1), (5, row.r5), (10, row.r10)] {
                let expected = 100 * Double(ranks[index].filter { $0 <= limit }.count) / Double(ranks[index].count)
                #expect(abs(try #require(found) - expected) < 1e-9)
            }
        }
    }

    @Test func `without right items only the teacher's share is told`() throws {
        var recall = try ShortlistRecall(sizes: [10])
        try recall.add(teacherTop: [0, 1, 2, 3], ranking: [2], teacherScores: [1], right: [])
        #expect(try recall.rows()[0].teacherTop == 25)
        #expect(try recall.rows()[0].r10 == nil)
    }

    @Test func `what cannot be is named`() throws {
        #expect(throws: InputError.self) { try ShortlistRecall(sizes: [5, 0]) }
        var recall = try ShortlistRecall(sizes: [2])
        #expect(throws: InputError.self) { try recall.rows() }
        func message(_ top: Set<Int>, _ ranking: [Int], _ scores: [Float]) -> String? {
            #expect(throws: InputError.self) {
                try recall.add(teacherTop: top, ranking: ranking, teacherScores: scores, right: [0])
            }?.description
        }
        #expect(message([], [1], [1]) == "query 0: expected best items of the teacher, found none")
        #expect(message([1], [1, 2], [1]) == "query 0: expected 2 scores of the teacher, one an item, found 1")
        #expect(message([1], [1, 1], [1, 1]) == "query 0: expected each item once in a ranking, found some again")
        #expect(
            message([1], [1, 2], [1, .nan])
                == "query 0, the teacher's score of item 2: expected a number, found nan")
        #expect(recall.queries == 0)
    }
}
