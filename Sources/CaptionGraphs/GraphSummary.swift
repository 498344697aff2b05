import AsCLBase

/// A graph in numbers.
package struct GraphSummary: Codable, Sendable, Equatable {
    /// Images whose captions are in it.
    package let images: Int
    /// Captions that are in a node.
    package let captions: Int
    /// Phrases and captions.
    package let nodes: Int
    /// Nodes that two images or more have in common: those that can be trained on.
    package let sharedNodes: Int
    /// Pairs of a general and a more specific node.
    package let edges: Int
    /// How many nodes stand at each level: the longest way from a node that has no parent.
    package let nodesByLevel: [Int]
    /// How many edges lead to a node of each level.
    package let edgesByLevel: [Int]
    /// How many objects, attributes and relations the captions have; nil for a graph out of files.
    package let units: [String: Int]?
    /// Whatever of the captions is not as usual, a line each.
    package let notes: [String]

    /// The numbers of a graph that was read.
    package init(_ graph: DenotationGraph) { self.init(graph, units: nil, notes: []) }

    /// The numbers of a graph that was made.
    package init(_ made: DenotationGraph.Made) {
        let notes = [
            (made.imagesOfOneCaption, "images of one caption, which shares phrases with other images' alone"),
            (made.empty, "captions without a word, in no node"),
            (made.withoutUnits, "captions without a noun or verb, whose words are all units"),
            (made.cut, "captions of too many parts or phrases, of which the shortest are made"),
        ]
        self.init(
            made.graph,
            units: Dictionary(
                uniqueKeysWithValues: CaptionChunker.Unit.Kind.allCases.map { ($0.rawValue, made.units[$0] ?? 0) }),
            notes: notes.filter { $0.0 > 0 }.map { "\($0.1): \($0.0)" })
    }

    private init(_ graph: DenotationGraph, units: [String: Int]?, notes: [String]) {
        var captions: Set<Int32> = []
        for node in graph.nodes { captions.formUnion(node.captions) }
        images = Set(captions.map { graph.imageOfCaption[Int($0)] }).count
        self.captions = captions.count
        (nodes, edges) = (graph.nodes.count, graph.edges.count)
        sharedNodes = graph.nodes.indices.count { graph.images(of: $0).count > 1 }
        var ofNodes = [Int](repeating: 0, count: (graph.levels.max() ?? -1) + 1)
        var ofEdges = ofNodes
        for level in graph.levels { ofNodes[level] += 1 }
        for edge in graph.edges { ofEdges[graph.levels[Int(edge.child)]] += 1 }
        (nodesByLevel, edgesByLevel) = (ofNodes, ofEdges)
        (self.units, self.notes) = (units, notes)
    }
}

extension GraphSummary: CustomStringConvertible {
    /// The numbers for people, without a line break at the end.
    package var description: String {
        var lines = [
            "\(images) images, \(captions) captions", "\(nodes) nodes, \(sharedNodes) of two images or more",
            "\(edges) edges",
        ]
        if let units {
            lines.append(
                "units: "
                    + CaptionChunker.Unit.Kind.allCases.map { "\(units[$0.rawValue] ?? 0) \($0.rawValue)s" }
                    .joined(separator: ", "))
        }
        lines.append("level  nodes  edges to it")
        for level in nodesByLevel.indices {
            lines.append("\(level)\t\(nodesByLevel[level])\t\(edgesByLevel[level])")
        }
        return (lines + notes.map { "note: \($0)" }).joined(separator: "\n")
    }
}
