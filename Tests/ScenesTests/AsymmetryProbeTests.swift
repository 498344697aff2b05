import AsCLBase
import RetrievalEvaluation
import Testing

@testable import Scenes

@Suite struct AsymmetryProbeTests {
    let scenes: [Scene]
    let cases: [ProbeCase]

    init() throws {
        scenes = try SceneGenerator(configuration: smallConfiguration).splits().filter { $0.name == "test" }
            .flatMap(\.scenes)
        cases = try AsymmetryProbe.cases(for: scenes, seed: 3)
    }

    @Test func `every scene has every type`() {
        for (image, _) in scenes.enumerated() {
            #expect(cases.filter { $0.image == image }.map(\.type) == [.detail, .joined, .shortened])
        }
    }

    @Test func `the right caption is true, and the wrong one names what is absent`() {
        for probe in cases {
            let scene = scenes[probe.image]
            #expect(CaptionReading(probe.right).faults(in: scene).isEmpty, "\(probe)")
            let faults = CaptionReading(probe.wrong).faults(in: scene)
            #expect(faults.contains { $0.hasPrefix("absent") }, "\(probe)")
            #expect(!faults.contains { $0.hasPrefix("unknown") }, "\(probe)")
        }
    }

    @Test func `a detail adds one object or changes one attribute`() {
        var added = 0
        for probe in cases where probe.type == .detail {
            #expect(scenes[probe.image].captions.contains { $0.text == probe.right })
            let (right, wrong) = (CaptionReading(probe.right).mentions, CaptionReading(probe.wrong).mentions)
            if wrong.count == right.count + 1 {
                #expect(probe.wrong.hasPrefix(probe.right + " and a"))
                added += 1
            } else {
                #expect(wrong.count == right.count)
                let changes = zip(right, wrong).map { a, b in
                    [a.kind != b.kind, a.color != b.color, a.size != b.size].count { $0 }
                }
                #expect(changes.reduce(0, +) == 1, "\(probe)")
            }
        }
        #expect(added > 10 && added < 50)
    }

    @Test func `joined and shortened texts come from captions`() {
        let shortened = Set(
            scenes.flatMap(\.captions).map { caption in
                let words = caption.text.split(separator: " ")
                return words.prefix(max(1, words.count / 2)).joined(separator: " ")
            })
        for probe in cases where probe.type == .shortened {
            #expect(shortened.contains(probe.right) && shortened.contains(probe.wrong), "\(probe)")
        }
        for probe in cases where probe.type == .joined {
            let own = scenes[probe.image].captions.map(\.text)
            #expect(own.contains { first in own.contains { first + " " + $0 == probe.right } }, "\(probe)")
            let foreign = scenes.flatMap(\.captions).map(\.text)
            #expect(own.contains { first in foreign.contains { first + " " + $0 == probe.wrong } }, "\(probe)")
        }
    }

    /// The lengths must not give the wrong caption away.
    @Test func `joined and shortened texts are of comparable length`() {
        for type in [AsymmetryType.joined, .shortened] {
            let differences = cases.filter { $0.type == type }.map {
                $0.wrong.split(separator: " ").count - $0.right.split(separator: " ").count
            }
            #expect(differences.map(abs).reduce(0, +) <= differences.count, "\(type): a word each on average")
        }
    }

    @Test func `the same seed gives the same cases`() throws {
        #expect(try AsymmetryProbe.cases(for: scenes, seed: 3) == cases)
        #expect(try AsymmetryProbe.cases(for: scenes, seed: 4) != cases)
    }

    @Test func `without a false caption there is an error`() {
        let scene = scenes[0]
        let none = InputError(
            path: scene.name, place: "probe", expected: "another scene's caption that is false of this one",
            found: "none")
        #expect(throws: none) {
            try AsymmetryProbe.cases(for: [scene, scene], seed: 3)
        }
    }

    @Test func `replacing keeps the comma and moves later mentions`() throws {
        let caption = try #require(
            scenes.flatMap(\.captions).first { caption in
                caption.mentions.count >= 3 && caption.words[caption.mentions[0].words.upperBound - 1].hasSuffix(",")
            })
        var generator = SeededGenerator(seed: 1)
        let phrase = ObjectPhrase(kind: .tree, color: nil, size: nil, using: &generator)
        let changed = caption.replacing(0, with: phrase)
        #expect(changed.text.contains("a tree,"))
        for mention in changed.mentions {
            #expect(mention.kind.nouns.contains { changed.words[mention.words].joined(separator: " ").contains($0) })
        }
    }
}
