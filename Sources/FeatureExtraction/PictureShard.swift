/// One of several machines' parts of a list of pictures.
package struct PictureShard: Sendable, Equatable, CustomStringConvertible {
    /// The part, counted from 1.
    package let index: Int
    /// How many parts there are.
    package let count: Int

    /// Makes part `index` of `count`; nil unless 1 <= index <= count.
    package init?(index: Int, count: Int) {
        guard index >= 1, index <= count else { return nil }
        self.index = index
        self.count = count
    }

    /// Reads `2/3`; nil where the text is no such thing.
    package init?(_ text: String) {
        let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 2, let index = numbers[0], let count = numbers[1] else { return nil }
        self.init(index: index, count: count)
    }

    /// `2/3`.
    package var description: String { "\(index)/\(count)" }

    /// The shard's own stretch of `total` pictures: stretches follow each other, so that to merge is to concatenate.
    func range(of total: Int) -> Range<Int> { total * (index - 1) / count..<total * index / count }
}
