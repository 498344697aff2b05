package import AsCLBase
package import RetrievalData

/// A denotation graph over the images of a split, as a training looks at it. Whatever the graph says of other images is left
/// out, so that no picture that a model is tested on has a part in it.
package struct ImageGraph: Sendable {
    /// The text of each node: a caption as it is written where the node is a whole caption, else a phrase.
    package let texts: [String]
    /// [y], the images of each node, ascending; every node has one at least.
    package let images: [[Int32]]
    /// Nodes that say less and more than each.
    package let parents, children: [[Int32]]
    /// The longest way to each node from one that has no parent.
    package let levels: [Int]
    /// How many captions make each node.
    package let captionCounts: [Int]
    /// The node that is each of the split's captions whole; nil where the graph has none.
    package let nodeOfCaption: [Int32?]
    /// The captions that each node is whole.
    package let captionsOfNode: [[Int32]]
    /// All above each node, ascending.
    let ancestors: [[Int32]]
    /// How many images there are.
    package let imageCount: Int
    private let nodesOfLevel: [[Int32]]
    private let edges: Set<UInt64>

    /// - Parameters:
    ///   - graph: Its images go by the split's names for them, by their numbers where it has none.
    ///   - path: Of the graph, for an error.
    /// - Throws: `InputError` where the graph knows no image of the split, or no phrase that two of them share.
    package init(_ graph: DenotationGraph, of split: RetrievalSplit, path: String) throws(InputError) {
        let places = Self.captions(of: graph, in: split)
        var (kept, own) = ([Int](), [[Int32]]())
        for node in graph.nodes.indices {
            let captions = graph.nodes[node].captions.compactMap { places[Int($0)] }
            if captions.isEmpty { continue }
            kept.append(node)
            own.append(captions)
        }
        guard !kept.isEmpty else {
            throw InputError(
                path: path, place: "captions",
                expected: "those of \(split.name)'s images, such as \(split.imageNames?.first ?? "0")#0",
                found: graph.imageNames.first.map { "others, such as \($0)#0" } ?? "none")
        }
        let imagesOf = own.map { Set($0.map { Int32(split.imageOfCaption[Int($0)]) }).sorted() }
        guard imagesOf.contains(where: { $0.count > 1 }) else {
            throw InputError(
                path: path, place: "phrases", expected: "some that two images of \(split.name) share", found: "none")
        }
        var number = [Int32](repeating: -1, count: graph.nodes.count)
        for (place, node) in kept.enumerated() { number[node] = Int32(place) }
        var (parents, children) = (
            [[Int32]](repeating: [], count: kept.count), [[Int32]](repeating: [], count: kept.count)
        )
        // Whoever has captions here has parents with captions here.
        for edge in graph.edges where number[Int(edge.child)] >= 0 {
            let (parent, child) = (number[Int(edge.parent)], number[Int(edge.child)])
            parents[Int(child)].append(parent)
            children[Int(parent)].append(child)
        }
        let levels = kept.map { graph.levels[$0] }
        let whole = Self.wholeCaptions(own, children, kept.map { graph.nodes[$0].text }, count: split.captions.count)
        var captionsOfNode = [[Int32]](repeating: [], count: kept.count)
        for case (let caption, let node?) in whole.enumerated() { captionsOfNode[Int(node)].append(Int32(caption)) }
        (self.parents, self.children, self.levels, nodeOfCaption) = (parents, children, levels, whole)
        self.captionsOfNode = captionsOfNode
        (images, captionCounts, imageCount) = (imagesOf, own.map(\.count), split.imageCount)
        texts = zip(kept, captionsOfNode).map { node, captions in
            captions.first.map { split.captions[Int($0)] } ?? graph.nodes[node].text
        }
        ancestors = Self.ancestors(parents, levels)
        var nodesOfLevel = [[Int32]](repeating: [], count: (levels.max() ?? 0) + 1)
        for (node, level) in levels.enumerated() { nodesOfLevel[level].append(Int32(node)) }
        self.nodesOfLevel = nodesOfLevel
        edges = Set(
            parents.enumerated().flatMap { child, parents in parents.map { Self.pair($0, Int32(child)) } })
    }

    /// Whether a node's denotation holds an image.
    package func holds(_ node: Int32, image: Int) -> Bool { images[Int(node)].hasSorted(Int32(image)) }

    /// Nodes of a level.
    func nodes(ofLevel level: Int) -> [Int32] { nodesOfLevel[level] }

    /// Whether an edge leads from one node to another.
    package func isEdge(_ parent: Int32, _ child: Int32) -> Bool { edges.contains(Self.pair(parent, child)) }

    private static func pair(_ parent: Int32, _ child: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: parent)) << 32 | UInt64(UInt32(bitPattern: child))
    }

    /// The split's number of each caption of the graph.
    private static func captions(of graph: DenotationGraph, in split: RetrievalSplit) -> [Int32?] {
        var imageOf: [Substring: Int] = [:]
        for image in 0..<split.imageCount { imageOf[split.imageNames?[image][...] ?? "\(image)"] = image }
        return graph.captionNames.map { name in
            guard let mark = name.lastIndex(of: "#"), let image = imageOf[name[..<mark]],
                let number = Int(name[name.index(after: mark)...]),
                split.captionsOfImage[image].indices.contains(number)
            else { return nil }
            return Int32(split.captionsOfImage[image][number])
        }
    }

    /// The node of each caption below which the caption makes none; the longest where there are several.
    private static func wholeCaptions(
        _ own: [[Int32]], _ children: [[Int32]], _ texts: [String], count: Int
    ) -> [Int32?] {
        var whole = [Int32?](repeating: nil, count: count)
        for (node, captions) in own.enumerated() {
            for caption in captions
            where !children[node].contains(where: { own[Int($0)].hasSorted(caption) }) {
                if let other = whole[Int(caption)], texts[Int(other)].utf8.count >= texts[node].utf8.count { continue }
                whole[Int(caption)] = Int32(node)
            }
        }
        return whole
    }

    private static func ancestors(_ parents: [[Int32]], _ levels: [Int]) -> [[Int32]] {
        var ancestors = [[Int32]](repeating: [], count: parents.count)
        for node in parents.indices.sorted(by: { levels[$0] < levels[$1] }) where !parents[node].isEmpty {
            ancestors[node] = Set(parents[node] + parents[node].flatMap { ancestors[Int($0)] }).sorted()
        }
        return ancestors
    }
}

extension [Int32] {
    /// Whether an ascending list holds a number.
    func hasSorted(_ number: Int32) -> Bool {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low] == number
    }

    /// How many numbers two ascending lists share.
    func countShared(with other: [Int32]) -> Int {
        var (own, theirs, shared) = (0, 0, 0)
        while own < count, theirs < other.count {
            if self[own] == other[theirs] { shared += 1 }
            let isBehind = self[own] <= other[theirs]
            if self[own] >= other[theirs] { theirs += 1 }
            if isBehind { own += 1 }
        }
        return shared
    }
}
