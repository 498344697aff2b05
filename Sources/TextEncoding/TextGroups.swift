package import Torch

/// Texts in groups of like length, since padding costs as much as words, and the way back to their own order.
package struct TextGroups: Sendable {
    /// The places of each group's texts, shorter texts first.
    package private(set) var places: [[Int]] = []

    /// Groups of so many texts, the last of what is left.
    init(_ lengths: [Int], textsAtOnce: Int) {
        let order = Self.shortestFirst(lengths)
        for start in stride(from: 0, to: order.count, by: textsAtOnce) {
            places.append(Array(order[start..<min(start + textsAtOnce, order.count)]))
        }
    }

    /// Groups whose padding stays below a fifth and that hold at most so many words with it, or one text.
    init(_ lengths: [Int], mostWords: Int) {
        for text in Self.shortestFirst(lengths) {
            if let group = places.last, let first = group.first, lengths[text] * 4 <= lengths[first] * 5,
                (group.count + 1) * lengths[text] <= mostWords
            {
                places[places.count - 1].append(text)
            } else {
                places.append([text])
            }
        }
    }

    fileprivate static func shortestFirst(_ lengths: [Int]) -> [Int] {
        lengths.indices.sorted { (lengths[$0], $0) < (lengths[$1], $1) }
    }

    /// What was made of the groups, one after the other, in the texts' own order along `dimension`.
    package func restored(_ parts: [Tensor], dimension: Int = 0) throws(TorchError) -> Tensor {
        let joined = try Tensor.concatenated(parts, dimension: dimension)
        let way = try Tensor(wayBack, shape: [wayBack.count]).to(device: joined.device)
        return try joined.indexSelect(way, dimension: dimension)
    }

    /// The groups' texts in their own order.
    package func restored(_ parts: [TextBatch]) throws(TorchError) -> TextBatch {
        try .joined(parts).selecting(wayBack)
    }

    /// Where each text stands when group follows group.
    private var wayBack: [Int] { places.flatMap(\.self).inverted }
}

extension [Int] {
    /// Of an order, the way back: where each item stands in it.
    package var inverted: [Int] {
        var places = self
        for (place, item) in enumerated() { places[item] = place }
        return places
    }
}

extension TextBatch {
    /// The texts in the order of their lengths.
    package var shortestFirst: [Int] { TextGroups.shortestFirst(lengths) }

    /// Groups of like length of at most so many words, padding counted.
    package func groups(mostWords: Int) -> TextGroups { TextGroups(lengths, mostWords: mostWords) }
}
