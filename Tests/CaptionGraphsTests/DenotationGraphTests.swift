import AsCLBase
import RetrievalFixtures
import Testing

@testable import CaptionGraphs

@Suite struct DenotationGraphTests {
    private let tiny: GraphCase

    init() throws { tiny = try GraphCase() }

    @Test func `a man in a red shirt is a person who wears a shirt`() throws {
        let graph = try tiny.graph("A man in a red shirt", "a man wearing the red shirt.", "a woman dressed in a shirt")
        let above = graph.above("man wear red shirt")
        #expect(
            above.isSuperset(of: ["man wear shirt", "person wear shirt", "man", "person", "shirt", "wear clothing"]))
        #expect(graph.makers(of: "man wear red shirt") == ["0#0", "1#0"])
        #expect(graph.makers(of: "person wear shirt") == ["0#0", "1#0", "2#0"])
        #expect(graph.links.contains("man wear shirt > man wear red shirt (NPMOD/red)"))
        #expect(graph.links.contains("person wear shirt > man wear shirt (NPHEAD/man)"))
        // "male" stands between them in WordNet, but no caption says it; "organism" is too general.
        #expect(graph.texts.isDisjoint(with: ["male", "organism", "male wear shirt"]))
    }

    @Test func `all nodes and edges of two captions, worked out by hand`() throws {
        let graph = try tiny.graph("Two dogs run.", "two dogs are running in the park")
        #expect(
            graph.links == [
                "animal > dog (NPHEAD/dog)", "animal > two animal (NPDET/two)", "animal > animal run (VERB)",
                "dog > two dog (NPDET/two)", "two animal > two dog (NPHEAD/dog)", "run > animal run (SUBJ)",
                "dog > dog run (VERB)", "two animal > two animal run (VERB)", "animal run > dog run (NPHEAD/dog)",
                "animal run > two animal run (NPDET/two)", "dog run > two dog run (NPDET/two)",
                "two dog > two dog run (VERB)", "two animal run > two dog run (NPHEAD/dog)",
                "two dog run > two dog run in park (ORIG)", "park > two dog run in park (ORIG)",
            ])
        #expect(graph.texts.count == 11)
        let levels = Dictionary(uniqueKeysWithValues: zip(graph.nodes.map(\.text), graph.levels))
        #expect(levels["animal"] == 0 && levels["animal run"] == 1 && levels["two dog run in park"] == 4)
        #expect(graph.makers(of: "park") == ["1#0"] && graph.images(of: 0) == [0, 1])
    }

    /// A caption, what is made of it where it comes twice, and what never is.
    private struct Rule: Sendable {
        let caption: String
        let made: Set<String>
        let never: Set<String>

        init(_ caption: String, _ made: Set<String>, _ never: Set<String>) {
            (self.caption, self.made, self.never) = (caption, made, never)
        }
    }

    private static let rules: [Rule] = [
        Rule("a man walks on the street", ["man walk", "walk on street"], []),
        Rule("a man stands on the street", ["man stand on street", "stand on street"], ["man stand", "stand"]),
        Rule("a large mouse", ["large mouse", "mouse", "animal"], ["large animal"]),
        Rule("a black mouse", ["black mouse", "black animal"], []),
        Rule("a man with black hair", ["man with black hair", "black hair", "person"], ["hair", "man with hair"]),
        Rule("a man climbs up a wall", ["man climb wall", "climb wall", "man climb up wall"], ["climb", "man climb"]),
        Rule("a man plays a guitar", ["man play guitar", "play guitar"], ["play", "man play"]),
        Rule("a dog chases a cat", ["dog chase", "chase cat", "animal chase animal"], ["dog cat"]),
        Rule("a crowd of people walk", ["crowd of people", "crowd walk", "people walk"], ["crowd people walk"]),
        Rule("a man or a woman sits", ["man sit", "woman sit", "man or woman sit"], ["man woman sit"]),
        Rule(
            "a man wears a hat and a shirt", ["man wear hat", "man wear shirt", "wear hat and shirt"],
            ["wear", "man wear"]
        ),
        Rule("a man in a hat rides a bike", ["man ride bike", "man wear hat", "man wear hat ride bike"], ["hat ride"]),
        Rule("a dog runs and jumps", ["dog run", "dog jump"], ["dog run jump"]),
        Rule("a dog runs while a cat sits", ["dog run", "cat sit"], ["dog sit", "cat run"]),
        Rule("there is a dog that runs quickly", ["dog run", "dog run quickly"], []),
        Rule("a man holds a tennis ball", ["hold tennis ball", "tennis ball"], ["tennis", "hold", "ball"]),
        Rule("he rides a bike", ["he ride bike", "ride vehicle"], ["he"]),
    ]

    @Test(arguments: rules)
    private func `rules drop what may be dropped, and nothing else`(_ rule: Rule) throws {
        let texts = try tiny.graph(rule.caption, rule.caption).texts
        #expect(texts.isSuperset(of: rule.made), "\(texts.sorted())")
        #expect(texts.isDisjoint(with: rule.never), "\(texts.intersection(rule.never))")
    }

    @Test func `a longer phrase takes two captions, the shortest and the caption none`() throws {
        let graph = try tiny.graph("a dog chases a black cat", "a red ball")
        #expect(graph.texts == ["animal", "ball", "chase", "dog chase black cat", "red ball"])
        #expect(graph.links.contains("animal > dog chase black cat (ORIG)"))
    }

    @Test func `one caption that makes a phrase twice is one caption`() throws {
        #expect(try tiny.graph("a dog chases a dog").texts == ["animal", "chase", "dog chase dog"])
    }

    @Test func `a word is general in its first sense alone`() throws {
        let graph = try tiny.graph("a jar", "a jar", "a bottle", "a bottle")
        #expect(graph.texts == ["jar", "bottle"] && graph.edges.isEmpty)
    }

    @Test func `what is not usual is counted`() throws {
        let made = try tiny.made([("a", ["?!", "and of"]), ("b", ["a dog"])])
        #expect(made.empty == 1 && made.withoutUnits == 1 && made.imagesOfOneCaption == 1 && made.cut == 0)
        #expect(made.graph.texts == ["animal", "dog", "and of"])
        #expect(made.units == [.object: 3])
        #expect(GraphSummary(made).notes.count == 3)
        // Forty nouns with a colour each do not fit into 64 elements.
        let long = Array(repeating: "a red dog", count: 40).joined(separator: ", ")
        #expect(try tiny.made([("a", [long, "a cat"])]).cut == 1)
    }

    @Test func `two long equal captions end`() throws {
        let caption =
            "two large black dogs and two brown cats run with a red ball in the park near a blue wall by the street"
        let made = try tiny.made([("a", [caption]), ("b", [caption])])
        #expect(made.cut == 2 && made.graph.nodes.count > 100)
    }

    @Test func `captions without any word make no graph`() {
        let error = #expect(throws: InputErrorLine.self) { try inOneLine { _ = try tiny.made([("a", ["?!"])]) } }
        #expect(error?.line == "captions: expected words, found none in any")
    }

    @Test func `an image's name that no file can hold is refused`() {
        let error = #expect(throws: InputErrorLine.self) { try inOneLine { _ = try tiny.made([("a\tb", ["a dog"])]) } }
        #expect(error?.line == #"image a\tb: expected a name without tabs and line breaks, found one"#)
    }

    /// Captions drawn from a small grammar, some of their words shuffled into nonsense.
    private static func images(seed: UInt64) -> [(String, [String])] {
        var generator = SeededGenerator(seed: seed)
        func any(_ words: [String]) -> String { words[generator.below(words.count)] }
        func noun() -> String {
            any(["a", "two", "the", "some", ""]) + " " + any(["", "red", "large", "black and brown", "very small"])
                + " "
                + any([
                    "man", "woman", "dog", "cat", "mouse", "shirt", "hat", "bike", "street", "crowd of people", "xyzzy",
                ])
        }
        func caption() -> String {
            var text = noun()
            if generator.below(2) == 0 { text += any([" in ", " with ", " of ", " or ", " and ", ", "]) + noun() }
            text +=
                any([" rides ", " running ", " stands on ", " is walking to ", " climbs up ", " holds ", " "]) + noun()
            if generator.below(4) == 0 {
                var words = text.split(separator: " ").map(String.init)
                generator.shuffle(&words)
                text = words.joined(separator: " ")
            }
            return text
        }
        return (0..<40).map { image in ("\(image)", (0..<1 + generator.below(4)).map { _ in caption() }) }
    }

    @Test(arguments: [UInt64](1...12))
    func `a child's images are its parent's, nothing goes round, and the captions' order is nothing`(_ seed: UInt64)
        throws
    {
        let images = Self.images(seed: seed)
        let graph = try tiny.made(images).graph
        #expect(graph.edges.count > 100 && graph.texts.count == graph.nodes.count)
        for edge in graph.edges {
            let (parent, child) = (Int(edge.parent), Int(edge.child))
            #expect(Set(graph.images(of: child)).isSubset(of: graph.images(of: parent)))
            #expect(graph.levels[child] > graph.levels[parent])
            #expect(
                graph.nodes[child].text.split(separator: " ").count
                    >= graph.nodes[parent].text.split(separator: " ").count)
        }
        let captions = images.reduce(0) { $0 + $1.1.count }
        #expect(Set(graph.nodes.flatMap(\.captions)).count == captions)
        let turned = try tiny.made(images.reversed().map { ($0.0, $0.1) }).graph
        #expect(turned.nodes.map(\.text) == graph.nodes.map(\.text) && turned.edges == graph.edges)
        for text in graph.texts { #expect(Set(turned.makers(of: text) ?? []) == Set(graph.makers(of: text) ?? [])) }
    }
}
