import AsCLBase
import RetrievalData
import RetrievalFixtures
import Testing

@testable import CaptionGraphs

/// A graph over the images of a split, and what is drawn from it.
@Suite struct ImageGraphTests {
    /// Two captions an image; images 0 to 3 share phrases.
    private static let captions = [
        "a man in a red shirt", "a man rides a bike", "a man in a blue shirt", "a man runs", "a woman in a red shirt",
        "two dogs run", "a dog runs in the park", "two dogs", "a cat", "a ball on the street",
    ]
    private let tiny: GraphCase

    init() throws { tiny = try GraphCase() }

    private func split(_ captions: [String] = captions) throws -> RetrievalSplit {
        try TinyData(images: captions.count / 2, captionsPerImage: 2).write("train", to: tiny.folder)
        try tiny.folder.write(captions.joined(separator: "\n") + "\n", to: "train_caps.txt")
        return try Dataset(path: tiny.folder.path).split("train")
    }

    private func made(_ split: RetrievalSplit) throws -> DenotationGraph {
        try tiny.made(
            split.captionsOfImage.enumerated().map { ("\($0)", $1.map { split.captions[$0] }) }
        ).graph
    }

    private func graph(_ split: RetrievalSplit) throws -> ImageGraph {
        try ImageGraph(made(split), of: split, path: "graph")
    }

    @Test func `nodes have the split's images, and captions their own node`() throws {
        let split = try split()
        let graph = try graph(split)
        let places = Dictionary(uniqueKeysWithValues: graph.texts.enumerated().map { ($1, $0) })
        #expect(graph.images[try #require(places["person"])] == [0, 1, 2])
        #expect(graph.images[try #require(places["wear red shirt"])] == [0, 2])
        #expect(graph.captionCounts[try #require(places["man"])] == 4)
        // A whole caption's text is as it is written, even where it is a phrase too.
        for (caption, node) in graph.nodeOfCaption.enumerated() {
            let node = Int(try #require(node))
            #expect(graph.captionsOfNode[node].contains(Int32(caption)))
            #expect(graph.texts[node] == split.captions[caption])
            #expect(graph.images[node].contains(Int32(split.imageOfCaption[caption])))
        }
        let dogs = try #require(graph.nodeOfCaption[7])
        #expect(graph.texts[Int(dogs)] == "two dogs" && graph.images[Int(dogs)] == [2, 3])
        for node in graph.parents.indices {
            for parent in graph.parents[node] {
                #expect(Set(graph.images[Int(parent)]).isSuperset(of: graph.images[node]))
                #expect(graph.isEdge(parent, Int32(node)) && !graph.isEdge(Int32(node), parent))
                #expect(graph.ancestors[node].contains(parent))
            }
        }
    }

    /// Over the whole graph, many times.
    @Test func `no negative's denotation holds the image`() throws {
        let graph = try graph(split())
        var generator = SeededGenerator(seed: 3)
        var (relatives, images) = (0, 0)
        for node in graph.images.indices.map(Int32.init) {
            for image in graph.images[Int(node)].map(Int.init) {
                for _ in 0..<5 {
                    if let other = graph.relative(of: node, outside: image, &generator) {
                        relatives += 1
                        #expect(other != node && !graph.holds(other, image: image))
                    }
                    if let other = graph.anyNode(outside: image, &generator) {
                        #expect(!graph.holds(other, image: image))
                    }
                }
            }
            if let image = graph.relatedImage(outside: node, &generator) {
                images += 1
                #expect(!graph.holds(node, image: image))
                #expect(graph.parents[Int(node)].contains { graph.holds($0, image: image) })
            }
            if let image = graph.anyImage(outside: node, &generator) { #expect(!graph.holds(node, image: image)) }
        }
        #expect(relatives > 50 && images > 5)
    }

    @Test func `a relative shares most of what stands above, and a caption finds captions`() throws {
        let graph = try graph(split())
        let red = try #require(graph.nodeOfCaption[0])
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<10 {
            // Who wears the same shirt, not the same kind of person in another one.
            let other = try #require(
                graph.relative(of: red, outside: 0, &generator) { !graph.captionsOfNode[Int($0)].isEmpty })
            #expect(graph.texts[Int(other)] == "a woman in a red shirt")
        }
        let found = graph.relatives(of: red, 3, outside: 0, &generator)
        let likeness = found.map { graph.likeness($0, red) }
        #expect(likeness == likeness.sorted(by: >) && Set(found).count == found.count)
        #expect(graph.likeness(red, red) == 1)
    }

    @Test func `cousins serve where there are no siblings`() throws {
        // "b" and "c" have parents of their own under one grandparent.
        let edges: [(Int32, Int32)] = [(0, 1), (0, 2), (1, 3), (2, 4)]
        let graph = try ImageGraph(
            DenotationGraph(
                nodes: [
                    .init(text: "top", captions: []), .init(text: "left", captions: []),
                    .init(text: "right", captions: []), .init(text: "b", captions: [0]),
                    .init(text: "c", captions: [2]),
                    .init(text: "shared", captions: [0, 2]),
                ],
                edges: edges.map { .init(parent: $0, child: $1, type: "x") },
                captionNames: ["0#0", "0#1", "1#0"], path: "graph"), of: split(), path: "graph")
        var generator = SeededGenerator(seed: 1)
        let place = try #require(graph.parents.indices.first { graph.levels[$0] == 2 && graph.images[$0] == [0] })
        let other = try #require(graph.relative(of: Int32(place), outside: 0, &generator))
        #expect(graph.levels[Int(other)] == 2 && graph.images[Int(other)] == [1])
    }

    @Test func `images are drawn outside a denotation, each as likely`() throws {
        let graph = try graph(split())
        let node = try #require(graph.images.firstIndex(of: [0, 2]))
        var generator = SeededGenerator(seed: 8)
        var counts = [0, 0, 0, 0, 0]
        for _ in 0..<3000 { counts[try #require(graph.anyImage(outside: Int32(node), &generator))] += 1 }
        #expect(counts[0] == 0 && counts[2] == 0)
        #expect([1, 3, 4].allSatisfy { (900...1100).contains(counts[$0]) }, "\(counts)")
    }

    @Test func `an epoch visits what two images share by the root of its captions`() throws {
        let graph = try graph(split())
        let visits = graph.visits()
        #expect(visits.nodes.allSatisfy { graph.images[Int($0)].count > 1 })
        #expect(visits.nodes.count == graph.images.count { $0.count > 1 })
        var before = 0.0
        for (node, end) in zip(visits.nodes, visits.upTo) {
            #expect(abs(end - before - Double(graph.captionCounts[Int(node)]).squareRoot()) < 1e-9)
            before = end
        }
    }

    @Test func `strangers are of the child's level and no child of the parent`() throws {
        let graph = try graph(split())
        var generator = SeededGenerator(seed: 2)
        var found = 0
        for child in graph.parents.indices.map(Int32.init) {
            guard let parent = graph.parent(of: child, &generator) else { continue }
            guard let other = graph.stranger(to: parent, besides: child, &generator) else { continue }
            found += 1
            #expect(graph.levels[Int(other)] == graph.levels[Int(child)])
            #expect(other != child && !graph.isEdge(parent, other))
        }
        #expect(found > 10)
    }

    @Test func `what a graph says of other images is left out`() throws {
        let whole = try split()
        let all = try made(whole)
        let part = try ImageGraph(all, of: whole.subset(images: [0, 1, 2]), path: "graph")
        #expect(part.images.allSatisfy { $0.allSatisfy { (0..<3).contains($0) } })
        #expect(!part.texts.contains { $0.contains("cat") } && part.imageCount == 3)
        #expect(part.nodeOfCaption.count == 6)
    }

    @Test func `a graph of other captions, or without a shared phrase, is refused`() throws {
        let split = try split()
        let others = try tiny.made([("a.jpg", ["a dog"]), ("b.jpg", ["a dog"])]).graph
        let error = #expect(throws: InputError.self) { try ImageGraph(others, of: split, path: "graph") }
        #expect(
            error?.description
                == "graph: captions: expected those of train's images, such as 0#0, found others, such as a.jpg#0")
        let lonely = try self.split(["a cat", "a cat", "a ball", "a ball"])
        let other = #expect(throws: InputError.self) { try graph(lonely) }
        #expect(other?.description == "graph: phrases: expected some that two images of train share, found none")
    }
}
