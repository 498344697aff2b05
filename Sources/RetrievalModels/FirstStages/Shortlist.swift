package import AsCLBase

/// The best few of many scored items, in the memory of those few; of equal scores the lower item comes first.
package struct Shortlist: Sendable {
    /// Items at most.
    package let size: Int
    /// A heap: each entry is no better than the two below it, at 2i + 1 and 2i + 2, so the worst is the first.
    private var heap: [(item: Int, score: Float)] = []

    /// An empty one; a size below one holds nothing.
    package init(size: Int) { self.size = max(size, 0) }

    /// The best `size` of a row of scores, best first.
    /// - Throws: `InputError` that names a score which is no number.
    package init(size: Int, of scores: some Collection<Float>) throws(InputError) {
        self.init(size: size)
        for (item, score) in scores.enumerated() { try add(item, score) }
    }

    /// Best first.
    package var ranked: [(item: Int, score: Float)] { heap.sorted { Self.isWorse($1, $0) } }

    /// Takes an item that has not come before.
    package mutating func add(_ item: Int, _ score: Float) throws(InputError) {
        guard !score.isNaN else {
            throw InputError(place: "score of item \(item)", expected: "a number", found: score)
        }
        let entry = (item: item, score: score)
        if heap.count < size {
            heap.append(entry)
            rise(from: heap.count - 1)
        } else if let worst = heap.first, Self.isWorse(worst, entry) {
            heap[0] = entry
            sink()
        }
    }

    private static func isWorse(_ one: (item: Int, score: Float), _ other: (item: Int, score: Float)) -> Bool {
        one.score == other.score ? one.item > other.item : one.score < other.score
    }

    private mutating func rise(from place: Int) {
        var place = place
        while place > 0, Self.isWorse(heap[place], heap[(place - 1) / 2]) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func sink() {
        var place = 0
        while true {
            var worst = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < heap.count && Self.isWorse(heap[child], heap[worst]) { worst = child }
            guard worst != place else { return }
            heap.swapAt(place, worst)
            place = worst
        }
    }
}
