package import AsCLBase
package import RetrievalEvaluation

/// Makes cases that tell whether a score minds what a caption says, beyond finding the caption that fits best.
package struct AsymmetryProbe {
    private let scenes: [Scene]
    private let pairs: [ColoredKind]
    private var generator: SeededGenerator

    /// One case of each type for every scene, a pure function of the arguments. A wrong caption always names an object
    /// that the scene lacks, in a colour in which some of the scenes do show it, so that novelty gives nothing away.
    ///
    /// Throws when all the captions of the other scenes are true of one scene, or no pair of the scenes is absent in it.
    package static func cases(for scenes: [Scene], seed: UInt64) throws(InputError) -> [ProbeCase] {
        var probe = AsymmetryProbe(scenes: scenes, seed: seed)
        var cases: [ProbeCase] = []
        for image in scenes.indices {
            for type in AsymmetryType.allCases {
                let (right, wrong) = try probe.captions(type, image: image)
                cases.append(ProbeCase(image: image, right: right.text, wrong: wrong.text, type: type))
            }
        }
        return cases
    }

    private init(scenes: [Scene], seed: UInt64) {
        self.scenes = scenes
        generator = SeededGenerator(seed: seed, stream: 2)
        var known: Set<ColoredKind> = []
        pairs = scenes.flatMap(\.objects).map(\.pair).filter { known.insert($0).inserted }
    }

    private mutating func captions(
        _ type: AsymmetryType, image: Int
    ) throws(InputError) -> (right: Caption, wrong: Caption) {
        let scene = scenes[image]
        switch type {
        case .detail:
            let right = scene.captions.pick(using: &generator)
            return (
                right, try generator.chance(0.5) ? withAbsentObject(right, scene) : withWrongAttribute(right, scene)
            )
        case .joined:
            let two = scene.captions.sample(2, using: &generator)
            let foreign = try falseCaption(of: image, like: two[1]) { $0 }
            return (two[0].joined(with: two[1]), two[0].joined(with: foreign))
        case .shortened:
            // A caption cut within its first object says nothing that could be false; the relation's never is.
            let right = scene.captions.map { $0.shortened() }.filter { !$0.mentions.isEmpty }.pick(using: &generator)
            return (right, try falseCaption(of: image, like: right) { $0.shortened() })
        }
    }

    /// The caption with an object added that the scene does not hold: "... and a blue tree".
    private mutating func withAbsentObject(_ caption: Caption, _ scene: Scene) throws(InputError) -> Caption {
        let absent = pairs.filter { pair in !scene.objects.contains { $0.pair == pair } }
        guard !absent.isEmpty else { throw noFalseCaption(of: scene) }
        let pair = absent.pick(using: &generator)
        var result = caption
        result.append("and")
        result.append(ObjectPhrase(kind: pair.kind, color: pair.color, size: nil, using: &generator))
        return result
    }

    /// The caption with one object's colour, kind or size changed into what the scene does not hold.
    private mutating func withWrongAttribute(_ caption: Caption, _ scene: Scene) throws(InputError) -> Caption {
        var changes: [(index: Int, to: Mention)] = []
        for (index, mention) in caption.mentions.enumerated() {
            changes += alternatives(to: mention).filter { !scene.contains($0) }.map { (index, $0) }
        }
        guard !changes.isEmpty else { throw noFalseCaption(of: scene) }
        let (index, wrong) = changes.pick(using: &generator)
        return caption.replacing(
            index, with: ObjectPhrase(kind: wrong.kind, color: wrong.color, size: wrong.size, using: &generator))
    }

    /// The mention with exactly one attribute changed; colour and kind only into pairs that the scenes show.
    private func alternatives(to mention: Mention) -> [Mention] {
        func changed(_ kind: ObjectKind, _ color: ObjectColor?, _ size: ObjectSize?) -> Mention {
            Mention(kind: kind, color: color, size: size, words: mention.words)
        }
        var result = ObjectSize.allCases.filter { mention.size != nil && $0 != mention.size }
            .map { changed(mention.kind, mention.color, $0) }
        guard let color = mention.color else {
            return result + ObjectKind.allCases.filter { $0 != mention.kind }.map { changed($0, nil, mention.size) }
        }
        for pair in pairs where (pair.kind == mention.kind) != (pair.color == color) {
            result.append(changed(pair.kind, pair.color, mention.size))
        }
        return result
    }

    /// Another scene's caption, after `change`, that is false of scene `image` and about as long as `model`: the closest
    /// of 32 drawn ones, or if all of those are true the first false one there is.
    private mutating func falseCaption(
        of image: Int, like model: Caption, change: (Caption) -> Caption
    ) throws(InputError) -> Caption {
        let scene = scenes[image]
        func difference(_ caption: Caption) -> Int { abs(caption.words.count - model.words.count) }
        var best: Caption?
        for _ in 0..<32 {
            let candidate = change(scenes[generator.below(scenes.count)].captions.pick(using: &generator))
            guard scene.isContradicted(by: candidate) else { continue }
            if let closest = best, difference(closest) <= difference(candidate) { continue }
            best = candidate
        }
        let found = best ?? scenes.lazy.flatMap(\.captions).map(change).first { scene.isContradicted(by: $0) }
        guard let found else { throw noFalseCaption(of: scene) }
        return found
    }

    private func noFalseCaption(of scene: Scene) -> InputError {
        InputError(
            path: scene.name, place: "probe", expected: "another scene's caption that is false of this one",
            found: "none")
    }
}
