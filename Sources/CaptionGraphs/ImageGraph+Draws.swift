package import AsCLBase

// What a step draws from a graph. All chance is the generator's.
extension ImageGraph {
    /// Relatives of a node are looked at so many at a time: a general phrase has thousands below it.
    static let mostRelatives = 64
    private static let tries = 20

    /// Nodes that a training visits because two images or more share them, and how many of them an epoch draws before each
    /// and with it, in proportion to the square root of their captions.
    package func visits() -> (nodes: [Int32], upTo: [Double]) {
        let nodes = images.indices.filter { images[$0].count > 1 }.map { Int32($0) }
        var (sum, upTo) = (0.0, [Double]())
        for node in nodes {
            sum += Double(captionCounts[Int(node)]).squareRoot()
            upTo.append(sum)
        }
        return (nodes, upTo)
    }

    /// x' of y: an image that a parent of y denotes and y does not; nil where there is none.
    package func relatedImage(outside node: Int32, _ generator: inout SeededGenerator) -> Int? {
        var parents = parents[Int(node)]
        generator.shuffle(&parents)
        for parent in parents {
            let others = images[Int(parent)].filter { !holds(node, image: Int($0)) }
            if !others.isEmpty { return Int(others[generator.below(others.count)]) }
        }
        return nil
    }

    /// Any image that a node does not denote; nil where it denotes all.
    package func anyImage(outside node: Int32, _ generator: inout SeededGenerator) -> Int? {
        let own = images[Int(node)]
        guard own.count < imageCount else { return nil }
        // The n-th of those that are missing.
        var image = generator.below(imageCount - own.count)
        for other in own where Int(other) <= image { image += 1 }
        return image
    }

    /// y' of (x, y): of those that share a parent with y, else a grandparent, one that does not denote x and whose ancestors are
    /// most like y's, by the share that both have of all; chance decides between equals. Nil where there is none.
    /// - Parameter isWanted: What besides has to hold of it.
    package func relative(
        of node: Int32, outside image: Int, _ generator: inout SeededGenerator,
        where isWanted: (Int32) -> Bool = { _ in true }
    ) -> Int32? {
        relatives(of: node, 1, outside: image, &generator, where: isWanted).first
    }

    /// So many of these at most, the likest first.
    package func relatives(
        of node: Int32, _ count: Int, outside image: Int, _ generator: inout SeededGenerator,
        where isWanted: (Int32) -> Bool = { _ in true }
    ) -> [Int32] {
        let own = parents[Int(node)]
        var chosen: [Int32] = []
        for above in [own, own.flatMap { self.parents[Int($0)] }.flatMap { children[Int($0)] }] where chosen.isEmpty {
            var drawn = Set(drawnChildren(of: above, &generator)).sorted()
            drawn.removeAll { $0 == node || holds($0, image: image) || !isWanted($0) }
            // Before they are ranked, so that chance decides between equals.
            generator.shuffle(&drawn)
            let ranked = drawn.map { (node: $0, likeness: likeness($0, node)) }.enumerated()
                .sorted { ($1.element.likeness, $0.offset) < ($0.element.likeness, $1.offset) }
            chosen = ranked.prefix(count).map(\.element.node)
        }
        return chosen
    }

    /// A node that does not denote an image, each as likely; nil where nearly all do.
    package func anyNode(outside image: Int, _ generator: inout SeededGenerator) -> Int32? {
        for _ in 0..<Self.tries {
            let node = Int32(generator.below(images.count))
            if !holds(node, image: image) { return node }
        }
        return nil
    }

    /// A parent of a node; nil where it has none.
    package func parent(of node: Int32, _ generator: inout SeededGenerator) -> Int32? {
        let parents = parents[Int(node)]
        return parents.isEmpty ? nil : parents[generator.below(parents.count)]
    }

    /// Another node of a child's level to which no edge leads from its parent; nil where nearly all are its children.
    package func stranger(to parent: Int32, besides child: Int32, _ generator: inout SeededGenerator) -> Int32? {
        let level = nodes(ofLevel: levels[Int(child)])
        for _ in 0..<Self.tries {
            let node = level[generator.below(level.count)]
            if node != child, !isEdge(parent, node) { return node }
        }
        return nil
    }

    /// The part that two nodes' ancestors share of all of them (Jaccard).
    func likeness(_ first: Int32, _ second: Int32) -> Double {
        let (one, other) = (ancestors[Int(first)], ancestors[Int(second)])
        let shared = one.countShared(with: other)
        let all = one.count + other.count - shared
        return all == 0 ? 0 : Double(shared) / Double(all)
    }

    /// Children of some nodes, at most `mostRelatives` of them, each as likely.
    private func drawnChildren(of nodes: [Int32], _ generator: inout SeededGenerator) -> [Int32] {
        let nodes = Set(nodes).sorted()
        let total = nodes.reduce(0) { $0 + children[Int($1)].count }
        guard total > Self.mostRelatives else { return nodes.flatMap { children[Int($0)] } }
        var places: Set<Int> = []
        while places.count < Self.mostRelatives { places.insert(generator.below(total)) }
        var (drawn, start) = ([Int32](), 0)
        for node in nodes {
            let own = children[Int(node)]
            for place in places where (start..<start + own.count).contains(place) { drawn.append(own[place - start]) }
            start += own.count
        }
        return drawn
    }
}
