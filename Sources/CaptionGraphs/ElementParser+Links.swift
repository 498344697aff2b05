import AsCLBase

extension ElementParser {
    func bit(_ element: Int) -> UInt64 { 1 << UInt64(element) }

    /// The new element's place; nil where there is no bit for it.
    @discardableResult
    mutating func add(_ element: PhraseElement) -> Int? {
        guard result.elements.count < UInt64.bitWidth else {
            result.isCut = true
            return nil
        }
        result.elements.append(element)
        return result.elements.count - 1
    }

    /// Adds a noun with all that stands before it, and gives the element without which the others are nothing: the noun by
    /// its most general term.
    mutating func addNoun(
        _ phrase: Chunk.NounPhrase, words: [CaptionWord], _ lexicon: inout NounLexicon, _ vocabulary: inout Vocabulary
    ) throws(InputError) -> Int? {
        let modifiers = phrase.modifiers.map { words[$0].map(\.text).joined(separator: " ") }
        let terms = try lexicon.terms(of: phrase.lemma)
        for text in [phrase.determiner] + modifiers + [phrase.lemma] { result.caption += vocabulary.numbers(of: text) }
        let hasDeterminer = !phrase.determiner.isEmpty
        let core = result.elements.count + modifiers.count + (hasDeterminer ? 1 : 0)
        let exact = core + terms.count - 1
        guard exact < UInt64.bitWidth else {
            result.isCut = true
            return nil
        }
        func element(_ text: String, of place: Int, _ type: String) -> PhraseElement {
            PhraseElement(words: vocabulary.numbers(of: text), near: bit(place), needs: [bit(place)], type: type)
        }
        if hasDeterminer { add(element(phrase.determiner, of: core, "NPDET/\(phrase.determiner)")) }
        for modifier in modifiers {
            // "large" is said of the mouse, not of the animal.
            let isRelative = modifier.split(separator: " ").contains {
                ClosedClasses.relativeModifiers.contains(String($0))
            }
            add(element(modifier, of: isRelative ? exact : core, "NPMOD/\(modifier)"))
        }
        var noun = PhraseElement(words: vocabulary.numbers(of: terms[0]), near: 0, needs: [], type: "DOBJ")
        noun.otherType = "SUBJ"
        // Without its colour, hair tells of anybody.
        if phrase.lemma == "hair" { noun.needs = modifiers.indices.map { bit(core - modifiers.count + $0) } }
        add(noun)
        for (level, term) in terms.enumerated().dropFirst() {
            result.elements[core + level - 1].replacement = core + level
            add(element(term, of: core + level - 1, "NPHEAD/\(term)"))
        }
        if !ClosedClasses.pronouns.contains(phrase.lemma) { result.roots.append(bit(core)) }
        return core
    }

    /// Joins a noun to the one before it by "of", "and" or "or".
    mutating func join(_ left: Int, _ right: Int, by link: Int, name: String) {
        result.elements[link].near = bit(left) | bit(right)
        result.elements[link].needs = [bit(left), bit(right)]
        (result.elements[link].type, result.elements[link].otherType) = ("\(name)Y", "X\(name)")
        result.elements[link].first = bit(left)
        result.joints.append((bit(left) | bit(right), bit(link)))
        // Whatever has the left one for its object has either.
        guard let owner else { return }
        for index in result.elements[owner].needs.indices where result.elements[owner].needs[index] & bit(left) != 0 {
            result.elements[owner].needs[index] |= bit(right)
        }
        result.elements[owner].near |= bit(right)
        if verbs[owner] != nil { becomeObject(right, of: owner) }
    }

    /// Makes a noun what a preposition brings to a noun or verb.
    mutating func attach(_ core: Int, to host: Int, by link: Int, name: String) {
        let verb = verbs[host]
        owner = link
        result.elements[link].near = bit(host) | bit(core)
        result.elements[link].first = bit(host)
        if let verb, ClosedClasses.transparent.contains(verb) {
            // "climb up a wall" is to climb a wall.
            result.elements[link].near = bit(host)
            result.elements[link].needs = [bit(host), bit(core)]
            result.elements[link].type = "PREP/\(name)"
            attachObject(core, to: host)
            return
        }
        result.elements[link].needs = [bit(host), bit(core)]
        guard let verb else { return }
        let goes = ClosedClasses.droppable.contains(name) || name == "up" || name == "down"
        if !goes || !ClosedClasses.motions.contains(verb) { result.elements[host].needs.append(bit(link)) }
    }

    /// Makes a noun a verb's object.
    mutating func attachObject(_ core: Int, to verb: Int) {
        owner = verb
        if ClosedClasses.light.contains(verbs[verb] ?? "") { result.elements[verb].needs.append(bit(core)) }
        result.elements[verb].near |= bit(core)
        becomeObject(core, of: verb)
    }

    private mutating func becomeObject(_ core: Int, of verb: Int) {
        result.elements[core].near |= bit(verb)
        result.elements[core].first |= bit(verb)
    }
}
