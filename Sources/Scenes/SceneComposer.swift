import AsCLBase

/// Draws what the scenes show. Every split's content is new to the splits before it.
struct SceneComposer {
    private let seed: UInt64
    /// Colour-kind pairs that only the compositional split shows.
    let heldOut: Set<ColoredKind>
    private var seen: Set<SceneSignature> = []

    init(seed: UInt64) {
        self.seed = seed
        heldOut = Self.heldOutPairs(seed: seed)
    }

    /// One pair of every kind but one, at most two pairs of a colour: an eighth of all pairs (13 of 112), and every
    /// kind and every colour still occurs in training.
    private static func heldOutPairs(seed: UInt64) -> Set<ColoredKind> {
        var generator = SeededGenerator(seed: seed, stream: 0)
        let colors = (ObjectColor.allCases + ObjectColor.allCases).sample(13, using: &generator)
        let kinds = ObjectKind.allCases.sample(13, using: &generator)
        return Set(zip(kinds, colors).map { ColoredKind(kind: $0, color: $1) })
    }

    /// The scenes of one split; `number` tells its random stream from the others'.
    mutating func scenes(of split: String, number: UInt64, count: Int) -> [Scene] {
        var generator = SeededGenerator(seed: seed, stream: 1, number)
        let digits = max(6, String(count).count)
        return (1...count).map { index in
            let objects = unseenObjects(compositional: split == SceneConfiguration.compositional, using: &generator)
            let background = Background.allCases.pick(using: &generator)
            let number = String(index)
            return Scene(
                name: "\(split)_\(String(repeating: "0", count: digits - number.count))\(number).png",
                background: background, objects: objects,
                captions: CaptionGrammar(background: background, objects: objects).captions(using: &generator))
        }
    }

    /// Scenes with signs: two of three have one, where no object is, and each of their captions mentions it with a chance.
    func withSigns(_ scenes: [Scene], number: UInt64) -> [Scene] {
        var generator = SeededGenerator(seed: seed, stream: 3, number)
        return scenes.map { scene in
            guard generator.chance(2.0 / 3) else { return scene }
            let taken = Set(scene.objects.map(\.place))
            let sign = Sign(in: (0..<9).filter { !taken.contains($0) }, using: &generator)
            let captions = scene.captions.map { caption in
                guard generator.chance(0.6) else { return caption }
                var longer = caption
                longer.append(sign.phrase(using: &generator))
                return longer
            }
            return Scene(
                name: scene.name, background: scene.background, objects: scene.objects, captions: captions, sign: sign)
        }
    }

    private mutating func unseenObjects(
        compositional: Bool, using generator: inout SeededGenerator
    ) -> [SceneObject] {
        // Two objects alone can be laid out in more than a million ways: a new one is found at once.
        while true {
            let objects = objects(compositional: compositional, using: &generator)
            if seen.insert(SceneSignature(objects)).inserted { return objects }
        }
    }

    private func objects(compositional: Bool, using generator: inout SeededGenerator) -> [SceneObject] {
        let all = ObjectKind.allCases.flatMap { kind in
            ObjectColor.allCases.map { ColoredKind(kind: kind, color: $0) }
        }
        var pairs = all.filter { !heldOut.contains($0) }.sample(2 + generator.below(5), using: &generator)
        if compositional { pairs[0] = all.filter(heldOut.contains).pick(using: &generator) }
        let places = Array(0..<9).sample(pairs.count, using: &generator)
        return zip(pairs, places).map { pair, place in
            let size = ObjectSize.allCases.pick(using: &generator)
            let side = Double(Canvas.side) / 3
            return SceneObject(
                kind: pair.kind, color: pair.color, size: size, place: place,
                x: ((Double(place % 3) + 0.5) * side).rounded() + generator.jitter(5),
                y: ((Double(place / 3) + 0.5) * side).rounded() + generator.jitter(5),
                radius: size.radius + generator.jitter(2),
                shade: 1 + generator.jitter(0.12), tilt: generator.jitter(0.1))
        }
    }
}
