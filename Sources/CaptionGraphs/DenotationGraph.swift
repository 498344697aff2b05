import AsCLBase

/// Phrases and captions from the general to the specific, each with the captions that make it (Young et al. 2014).
///
/// An edge leads from a phrase to one that says more. Whoever makes a phrase makes all above it: `captions` of a node hold those
/// of its children, and there is no circle.
package struct DenotationGraph: Sendable, Equatable {
    /// A phrase, or a whole caption.
    package struct Node: Sendable, Equatable {
        /// Its words, normalised.
        package let text: String
        /// The captions that make it, ascending.
        package internal(set) var captions: [Int32]
    }

    /// From a phrase to one that says more.
    package struct Edge: Sendable, Equatable {
        /// The more general node.
        package let parent: Int32
        /// The more specific node.
        package let child: Int32
        /// What was added, as the public pipeline calls it: `SUBJ`, `NPMOD/red`, `PP/on`.
        package let type: String
    }

    /// Numbered from 0.
    package let nodes: [Node]
    /// In the order of their children, then parents; no pair twice.
    package let edges: [Edge]
    /// The captions' names, `image#number`; a caption's number is its place.
    package let captionNames: [String]
    /// The names of the images.
    package let imageNames: [String]
    /// The image of each caption.
    package let imageOfCaption: [Int32]
    /// The longest way to each node from one that has no parent; 0 there.
    package let levels: [Int]

    /// Makes whole what is given: captions of a node go to all above it.
    /// - Parameter path: What is read, for an error.
    /// - Throws: `InputError` where the edges make a circle.
    init(nodes: [Node], edges: [Edge], captionNames: [String], path: String) throws(InputError) {
        let sorted = edges.sorted { ($0.child, $0.parent, $0.type) < ($1.child, $1.parent, $1.type) }
        var (children, nodes, levels) = (
            [[Int32]](repeating: [], count: nodes.count), nodes, [Int](repeating: 0, count: nodes.count)
        )
        var (waiting, kept) = ([Int32](repeating: 0, count: nodes.count), [Edge]())
        for edge in sorted where kept.last.map({ $0.child != edge.child || $0.parent != edge.parent }) ?? true {
            children[Int(edge.parent)].append(edge.child)
            waiting[Int(edge.child)] += 1
            kept.append(edge)
        }
        var order = nodes.indices.filter { waiting[$0] == 0 }
        var next = 0
        while next < order.count {
            let node = order[next]
            next += 1
            for child in children[node].map(Int.init) {
                levels[child] = max(levels[child], levels[node] + 1)
                waiting[child] -= 1
                if waiting[child] == 0 { order.append(child) }
            }
        }
        guard order.count == nodes.count else {
            let text = nodes.indices.first { waiting[$0] > 0 }.map { "\($0) (\(nodes[$0].text))" } ?? ""
            throw InputError(
                path: path, place: "edges", expected: "from the general to the specific",
                found: "a circle at or above node \(text)")
        }
        for node in order.reversed() where !children[node].isEmpty {
            let below = children[node].flatMap { nodes[Int($0)].captions }
            nodes[node].captions = Set(nodes[node].captions).union(below).sorted()
        }
        var (places, names, images) = ([Substring: Int32](), [String](), [Int32]())
        for name in captionNames {
            let image = name.lastIndex(of: "#").map { name[..<$0] } ?? name[...]
            if let place = places[image] {
                images.append(place)
            } else {
                places[image] = Int32(names.count)
                images.append(Int32(names.count))
                names.append(String(image))
            }
        }
        (self.nodes, self.edges, self.captionNames, self.levels) = (nodes, kept, captionNames, levels)
        (imageNames, imageOfCaption) = (names, images)
    }

    /// The images of a node, [y]: ascending.
    package func images(of node: Int) -> [Int32] { Set(nodes[node].captions.map { imageOfCaption[Int($0)] }).sorted() }
}
