import AsCLBase

extension Array {
    /// One element, each with equal chance; the array must not be empty.
    func pick(using generator: inout SeededGenerator) -> Element {
        self[generator.below(count)]
    }

    /// `count` elements at different indices in random order: the head of a Fisher-Yates shuffle.
    func sample(_ count: Int, using generator: inout SeededGenerator) -> [Element] {
        var pool = self
        for index in 0..<count {
            pool.swapAt(index, index + generator.below(pool.count - index))
        }
        return Array(pool.prefix(count))
    }
}

extension SeededGenerator {
    /// True with the given probability.
    mutating func chance(_ probability: Double) -> Bool {
        uniform() < probability
    }

    /// A number from -`reach` to `reach` in hundredths of it: short in JSON, and the same on every machine.
    mutating func jitter(_ reach: Double) -> Double {
        Double(below(201) - 100) / 100 * reach
    }
}
