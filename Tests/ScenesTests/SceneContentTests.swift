import AsCLBase
import RetrievalEvaluation
import Testing

@testable import Scenes

/// Small splits that several tests look at.
let smallConfiguration = SceneConfiguration(
    seed: 5, trainCount: 300, valCount: 40, testCount: 60, compositionalCount: 60)

@Suite struct SceneContentTests {
    let splits: [(name: String, scenes: [Scene])]

    init() throws {
        splits = try SceneGenerator(configuration: smallConfiguration).splits()
    }

    private func scenes(_ name: String) -> [Scene] { splits.filter { $0.name == name }.flatMap(\.scenes) }

    @Test func `every caption is true when read back`() {
        for scene in splits.flatMap(\.scenes) {
            #expect(scene.captions.count == 5)
            for caption in scene.captions {
                let reading = CaptionReading(caption.text)
                #expect(reading.faults(in: scene).isEmpty, "\(scene.name): \(caption.text)")
                #expect(reading.mentions.map(\.kind) == caption.mentions.map(\.kind.rawValue), "\(caption.text)")
                #expect(reading.mentions.map(\.color) == caption.mentions.map(\.color?.rawValue), "\(caption.text)")
                #expect(reading.mentions.map(\.size) == caption.mentions.map(\.size?.rawValue), "\(caption.text)")
            }
        }
    }

    @Test func `captions differ in detail`() {
        let scenes = scenes("train")
        for scene in scenes {
            let named = scene.captions.map(\.mentions.count)
            #expect(named.contains(scene.objects.count), "a full caption")
            #expect(named.contains { $0 <= 2 }, "a short caption")
        }
        let words = Set(scenes.flatMap(\.captions).flatMap { $0.text.split { " ,".contains($0) }.map(String.init) })
        #expect(words.isSuperset(of: CaptionReading.kinds.keys))
        #expect(words.isSuperset(of: CaptionReading.colors.keys))
        #expect(words.isSuperset(of: CaptionReading.sizes.keys))
        let relations = scenes.flatMap(\.captions).flatMap { CaptionReading($0.text).relations.map(\.relation) }
        #expect(Set(relations).count == Relation.allCases.count)
    }

    @Test func `articles fit their words`() {
        for text in scenes("train").flatMap(\.captions).map(\.text) {
            let words = text.split(separator: " ")
            for (article, word) in zip(words, words.dropFirst()) where article == "a" || article == "an" {
                #expect((article == "an") == "aeiou".contains(word.prefix(1)), "\(text)")
            }
        }
    }

    @Test func `scenes are well formed`() {
        for scene in splits.flatMap(\.scenes) {
            #expect((2...6).contains(scene.objects.count))
            #expect(Set(scene.objects.map(\.place)).count == scene.objects.count)
            #expect(Set(scene.objects.map(\.pair)).count == scene.objects.count)
            for object in scene.objects {
                #expect(object.x >= object.radius && object.x <= 224 - object.radius)
                #expect(object.y >= object.radius && object.y <= 224 - object.radius)
            }
        }
        #expect(Set(splits.flatMap(\.scenes).map(\.objects.count)) == [2, 3, 4, 5, 6])
        #expect(splits.map(\.scenes.count) == [300, 40, 60, 60])
        #expect(scenes("test").first?.name == "test_000001.png")
    }

    @Test func `no content occurs twice`() {
        let signatures = splits.flatMap(\.scenes).map { SceneSignature($0.objects) }
        #expect(Set(signatures).count == signatures.count)
    }

    /// Drawn from one random stream twice, the second scenes would be the first ones again.
    @Test func `content seen before is drawn anew`() {
        var composer = SceneComposer(seed: 1)
        let drawn = (0..<2).flatMap { _ in composer.scenes(of: "train", number: 0, count: 30) }
        #expect(Set(drawn.map { SceneSignature($0.objects) }).count == 60)
    }

    @Test func `a signature is the content without jitter or order`() throws {
        let objects = try #require(scenes("train").first { $0.objects.count == 3 }).objects
        #expect(SceneSignature(objects) == SceneSignature(objects.reversed()))
        let jittered = objects.map {
            SceneObject(
                kind: $0.kind, color: $0.color, size: $0.size, place: $0.place, x: $0.x + 1, y: $0.y, radius: $0.radius,
                shade: 1, tilt: 0)
        }
        #expect(SceneSignature(objects) == SceneSignature(jittered))
        #expect(SceneSignature(objects) != SceneSignature(Array(objects.dropLast())))
    }

    @Test func `compositional scenes show pairs that no other split shows`() {
        let known = Set(splits.filter { $0.name != "compositional" }.flatMap(\.scenes).flatMap(\.objects).map(\.pair))
        let heldOut = SceneComposer(seed: smallConfiguration.seed).heldOut
        #expect(heldOut.count == 13)
        #expect(heldOut.isDisjoint(with: known))
        for scene in scenes("compositional") {
            #expect(scene.objects.contains { heldOut.contains($0.pair) })
        }
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func `every kind and color stays in training`(seed: UInt64) {
        let heldOut = SceneComposer(seed: seed).heldOut
        for kind in ObjectKind.allCases { #expect(heldOut.count { $0.kind == kind } <= 1) }
        for color in ObjectColor.allCases { #expect(heldOut.count { $0.color == color } <= 2) }
        #expect(heldOut != SceneComposer(seed: seed + 1).heldOut)
    }

    @Test func `a split of one scene is refused`() {
        let generator = SceneGenerator(configuration: SceneConfiguration(valCount: 1))
        let refused = InputError(place: "scenes: val count", expected: "at least 2", found: 1)
        #expect(throws: refused) { try generator.splits() }
    }
}
