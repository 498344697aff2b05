import AsCLBase
import CaptionGraphs
import RetrievalData
import RetrievalModels

/// What steps draw of a training's phrases.
struct PhraseSamples {
    /// Nil for a method that learns from none.
    let graph: ImageGraph?
    /// Tokens of the graph's texts.
    let tokens: [[Int32]]
    private let visited: (nodes: [Int32], upTo: [Double])
    /// Nodes that a step draws for each of its captions.
    private let perCaption: Double
    private let units: [[Range<Int>]]?
    private let model: RetrievalModel
    private let split: RetrievalSplit

    init(_ phrases: Phrases, _ model: RetrievalModel, _ split: RetrievalSplit) throws {
        (graph, units) = (phrases.graph, phrases.units)
        (self.model, self.split) = (model, split)
        tokens = try model.tokenize(phrases.texts).map(\.ids)
        visited = graph?.visits() ?? ([], [])
        perCaption = (visited.upTo.last ?? 0) / Double(max(split.captions.count, 1))
    }

    /// A text of a graph step.
    enum Text: Hashable {
        case node(Int32)
        case caption(Int)
    }

    /// What one visit meets; see `GraphBatch.Visit`.
    struct Visit {
        let text: Text
        let image: Int
        let wrongImage: Int?
        let wrongText, parent, stranger: Text?
    }

    /// Visits of a step: each of its captions, and phrases drawn in proportion to the square root of their captions, so many
    /// that an epoch has as many as these roots sum up to.
    func visits(_ captions: [Int], _ generator: inout SeededGenerator) -> [Visit] {
        guard let graph else { return [] }
        var visits: [Visit] = []
        for caption in captions {
            visits.append(
                visit(.caption(caption), graph.nodeOfCaption[caption], split.imageOfCaption[caption], &generator))
        }
        for _ in 0..<Int((perCaption * Double(captions.count)).rounded()) {
            let drawn = generator.uniform() * (visited.upTo.last ?? 0)
            let place = visited.upTo.partitioningIndex { $0 > drawn }
            let node = visited.nodes[min(place, visited.nodes.count - 1)]
            let images = graph.images[Int(node)]
            visits.append(visit(.node(node), node, Int(images[generator.below(images.count)]), &generator))
        }
        return visits
    }

    private func visit(_ text: Text, _ node: Int32?, _ image: Int, _ generator: inout SeededGenerator) -> Visit {
        guard let graph, let node else {
            let others = generator.distinct(1, below: split.imageCount, without: image..<image + 1)
            return Visit(
                text: text, image: image, wrongImage: others.first,
                wrongText: graph?.anyNode(outside: image, &generator).map(Text.node), parent: nil, stranger: nil)
        }
        // Half of the wrong partners are the graph's, where it has any, and half are random.
        let (isRelatedImage, isRelative) = (generator.below(2) == 0, generator.below(2) == 0)
        let related = isRelatedImage ? graph.relatedImage(outside: node, &generator) : nil
        var relative: Int32?
        if isRelative {
            // Of a whole caption it is a whole caption, if there is one.
            if case .caption = text {
                relative = graph.relative(of: node, outside: image, &generator) {
                    !graph.captionsOfNode[Int($0)].isEmpty
                }
            }
            relative = relative ?? graph.relative(of: node, outside: image, &generator)
        }
        let parent = graph.parent(of: node, &generator)
        return Visit(
            text: text, image: image, wrongImage: related ?? graph.anyImage(outside: node, &generator),
            wrongText: (relative ?? graph.anyNode(outside: image, &generator)).map(Text.node),
            parent: parent.map(Text.node),
            stranger: parent.flatMap { graph.stranger(to: $0, besides: node, &generator).map(Text.node) })
    }

    /// Captions that are the likest to a caption of another image, by the graph.
    func relatives(of caption: Int, _ count: Int, _ generator: inout SeededGenerator) -> [Int] {
        guard let graph, let node = graph.nodeOfCaption[caption] else { return [] }
        let image = split.imageOfCaption[caption]
        let nodes = graph.relatives(of: node, count, outside: image, &generator) {
            !graph.captionsOfNode[Int($0)].isEmpty
        }
        return nodes.map { node in
            let own = graph.captionsOfNode[Int(node)]
            return Int(own[generator.below(own.count)])
        }
    }

    /// A caption as TAGS-DC rewrites it.
    func refill(_ caption: Int, _ tokens: [[Int32]]) throws -> RefillCaption {
        let image = split.imageOfCaption[caption]
        return RefillCaption(
            tokens: tokens[caption], known: split.captionsOfImage[image].map { tokens[$0] },
            units: try places(ofUnitsIn: caption, tokens[caption].count))
    }

    /// The places of each of a caption's units among its tokens; every token by itself where none has any.
    func places(ofUnitsIn caption: Int, _ count: Int) throws -> [[Int]] {
        let (text, tokenizer) = (split.captions[caption], model.textEncoder.tokenizer)
        // Special tokens stand at both ends.
        let most = max(count - 2, 0)
        let words = try tokenizer.words(of: text, upTo: most).map { word in
            (
                bytes: text.utf8.distance(
                    from: text.startIndex, to: word.range.lowerBound)..<text.utf8.distance(
                        from: text.startIndex, to: word.range.upperBound), tokens: word.tokens
            )
        }
        let units = (units?[caption] ?? []).map { unit in
            words.filter { $0.bytes.overlaps(unit) }.flatMap { $0.tokens.map { $0 + 1 } }
        }.filter { !$0.isEmpty }
        return units.isEmpty ? (0..<most).map { [$0 + 1] } : units
    }
}

extension [Double] {
    /// The first place from which on a condition holds; the count where it never does.
    func partitioningIndex(where holds: (Double) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
