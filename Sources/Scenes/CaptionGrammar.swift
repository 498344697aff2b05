import AsCLBase

/// Writes the captions of a scene: as people's do, they differ in how much they tell and in which words.
struct CaptionGrammar {
    let background: Background
    let objects: [SceneObject]

    /// Five true captions in random order. The one with a relation opens with an object, so its first half names one.
    func captions(using generator: inout SeededGenerator) -> [Caption] {
        [
            full(using: &generator), partial(using: &generator), short(using: &generator),
            synonyms(using: &generator), relation(using: &generator),
        ].sample(5, using: &generator)
    }

    /// Every object with size and colour: "there is a small red circle, a large blue star and a small tree at night".
    private func full(using generator: inout SeededGenerator) -> Caption {
        var caption = Caption()
        caption.append(["", "", "there is", "a picture of", "an image with"].pick(using: &generator))
        list(objects.count, sizes: 1, colors: 1, in: &caption, using: &generator)
        if generator.chance(0.7) { caption.append(background.phrase) }
        return caption
    }

    /// Some of the objects: "four shapes including a red star and a small blue moon".
    private func partial(using generator: inout SeededGenerator) -> Caption {
        var caption = Caption()
        let count = 2 + generator.below(max(1, objects.count - 2))
        let omitted = objects.count - count
        let numbers = ["two", "three", "four", "five", "six"]
        if generator.chance(0.4) {
            caption.append("\(numbers[objects.count - 2]) shapes \(omitted > 0 ? "including" : "which are")")
        }
        list(count, sizes: 0.4, colors: 0.9, in: &caption, using: &generator)
        if omitted > 1, generator.chance(0.4) { caption.append("with other shapes") }
        if generator.chance(0.3) { caption.append(background.phrase) }
        return caption
    }

    /// One or two objects: "a star and a red heart".
    private func short(using generator: inout SeededGenerator) -> Caption {
        var caption = Caption()
        list(generator.chance(0.7) ? 2 : 1, sizes: 0.2, colors: 0.8, in: &caption, using: &generator)
        return caption
    }

    /// Two or three objects in rarer words: "a tiny crimson hoop and a golden blossom".
    private func synonyms(using generator: inout SeededGenerator) -> Caption {
        var caption = Caption()
        let count = min(objects.count, 2 + generator.below(2))
        list(count, sizes: 0.5, colors: 1, synonyms: true, in: &caption, using: &generator)
        if generator.chance(0.3) { caption.append(background.phrase) }
        return caption
    }

    /// Where two objects lie to each other, and in fuller scenes two more.
    private func relation(using generator: inout SeededGenerator) -> Caption {
        var caption = Caption()
        let verb = ["", "is"].pick(using: &generator)
        let chosen = objects.sample(objects.count >= 4 && generator.chance(0.4) ? 4 : 2, using: &generator)
        for start in stride(from: 0, to: chosen.count, by: 2) {
            let (first, second) = (chosen[start], chosen[start + 1])
            let relations = Relation.allCases.filter { $0.holds(from: first, to: second) }
            if start > 0 { caption.append("and") }
            caption.append(phrase(first, sizes: 0.4, colors: 1, synonyms: false, using: &generator))
            caption.append(verb)
            // Objects in different places are at least 40 pixels apart along an axis: some relation holds.
            caption.append(relations.pick(using: &generator).phrases.pick(using: &generator))
            caption.append(phrase(second, sizes: 0.4, colors: 1, synonyms: false, using: &generator))
        }
        return caption
    }

    /// "a red circle, a star and a blue moon" of `count` objects; `sizes` and `colors` are the chances to tell them.
    private func list(
        _ count: Int, sizes: Double, colors: Double, synonyms: Bool = false, in caption: inout Caption,
        using generator: inout SeededGenerator
    ) {
        for (index, object) in objects.sample(count, using: &generator).enumerated() {
            if index > 0, index == count - 1 {
                caption.append("and")
            } else if index > 0 {
                caption.appendComma()
            }
            caption.append(phrase(object, sizes: sizes, colors: colors, synonyms: synonyms, using: &generator))
        }
    }

    private func phrase(
        _ object: SceneObject, sizes: Double, colors: Double, synonyms: Bool, using generator: inout SeededGenerator
    ) -> ObjectPhrase {
        let color = generator.chance(colors) ? object.color : nil
        let size = generator.chance(sizes) ? object.size : nil
        return ObjectPhrase(kind: object.kind, color: color, size: size, synonyms: synonyms, using: &generator)
    }
}
