import AsCLBase

/// Makes elements of a caption's chunks: who does what, what belongs to what.
struct ElementParser {
    private let words: [CaptionWord]
    private let chunks: [Chunk]
    var result = PhraseElements()
    /// Base forms of the elements that are verbs.
    var verbs: [Int: String] = [:]
    /// Cores of the nouns that the next verb is said of.
    private var subject: [Int] = []
    /// Cores of the nouns just read, and the element that has them as its objects.
    private var cluster: [Int] = []
    var owner: Int?
    /// What a preposition that comes now belongs to.
    private var host: Int?
    /// Of the chunk just read, where it waits for a noun.
    private var verb: Int?
    private var preposition: String?
    private var connector: String?
    private var afterRelative = false
    private var eventSeen = false

    private init(_ words: [CaptionWord], _ chunks: [Chunk]) { (self.words, self.chunks) = (words, chunks) }

    static func elements(
        of words: [CaptionWord], _ chunks: [Chunk], lexicon: inout NounLexicon, vocabulary: inout Vocabulary
    ) throws(InputError) -> PhraseElements {
        var parser = ElementParser(words, chunks)
        for index in chunks.indices { try parser.read(index, &lexicon, &vocabulary) }
        return parser.result
    }

    private mutating func read(
        _ index: Int, _ lexicon: inout NounLexicon, _ vocabulary: inout Vocabulary
    ) throws(InputError) {
        switch chunks[index] {
        case .noun(let phrase): try readNoun(phrase, at: index, &lexicon, &vocabulary)
        case .verb(let lemma, _): readVerb(lemma, &vocabulary)
        case .adverb(let word):
            let text = vocabulary.numbers(of: words[word].text)
            result.caption += text
            if let verb {
                add(PhraseElement(words: text, near: bit(verb), needs: [bit(verb)], type: "RB"))
            }
        case .preposition(let name, _): try readPreposition(name, before: index + 1, lexicon, &vocabulary)
        case .of: readConnector("of")
        case .conjunction(let name, _):
            if name == "and" || name == "or" { readConnector(name) } else { reset() }
            if connector == nil { result.caption += vocabulary.numbers(of: name) }
        case .relative:
            reset()
            afterRelative = true
        case .comma: reset()
        }
    }

    private mutating func reset() { (host, verb, preposition, connector) = (nil, nil, nil, nil) }

    private mutating func readConnector(_ name: String) {
        let follows = host.map { cluster.last == $0 } ?? false
        reset()
        // After anything but a noun there is nothing to join.
        if follows { connector = name }
    }

    private mutating func readPreposition(
        _ name: String, before next: Int, _ lexicon: NounLexicon, _ vocabulary: inout Vocabulary
    ) throws(InputError) {
        if name == "in", next < chunks.count, case .noun(let phrase) = chunks[next], try lexicon.isWorn(phrase.lemma) {
            // "dressed in a shirt" has its verb already.
            if let verb, verbs[verb] == "wear" { return }
            return readVerb("wear", &vocabulary)
        }
        let kept = host
        reset()
        (host, preposition) = (kept, name)
        result.caption += vocabulary.numbers(of: name)
    }

    private mutating func readVerb(_ lemma: String, _ vocabulary: inout Vocabulary) {
        let isWorn = lemma == "wear" || lemma == "dress" || lemma == "dressed"
        let text = vocabulary.numbers(of: isWorn ? "wear" : lemma)
        // "in a shirt" and "who" tell of the noun before them.
        let nearest = cluster.last.map { [$0] } ?? []
        let agents = afterRelative || isWorn && host != nil && host == cluster.last ? nearest : subject
        reset()
        afterRelative = false
        result.caption += text
        let near = agents.reduce(0) { $0 | bit($1) }
        var element = PhraseElement(words: text, near: near, needs: [], type: isWorn ? "WEAR" : "VERB")
        (element.otherType, element.first, element.isEvent) = ("TVERB", near, !isWorn)
        guard let place = add(element) else { return }
        verbs[place] = isWorn ? "wear" : lemma
        for agent in agents { result.elements[agent].near |= bit(place) }
        result.roots.append(bit(place))
        (verb, host, eventSeen) = (place, place, eventSeen || !isWorn)
    }

    private mutating func readNoun(
        _ phrase: Chunk.NounPhrase, at index: Int, _ lexicon: inout NounLexicon, _ vocabulary: inout Vocabulary
    ) throws(InputError) {
        let (verb, preposition, host, connector) = (verb, preposition, host, connector)
        reset()
        if let connector { result.caption += vocabulary.numbers(of: connector) }
        let joins = connector != nil && !(connector != "of" && eventSeen && opensClause(after: index))
        let before = result.elements.count
        if joins {
            add(PhraseElement(words: vocabulary.numbers(of: connector ?? ""), near: 0, needs: [], type: ""))
        } else if let preposition, host != nil {
            let text = vocabulary.numbers(of: preposition)
            add(PhraseElement(words: text, near: 0, needs: [], type: "PP/\(preposition)"))
        }
        let link = result.elements.count > before ? before : nil
        guard let core = try addNoun(phrase, words: words, &lexicon, &vocabulary) else { return }
        self.host = core
        if joins, let link, let left = cluster.last {
            join(left, core, by: link, name: connector ?? "")
            cluster.append(core)
            if subject.contains(left) { subject.append(core) }
            return
        }
        cluster = [core]
        owner = nil
        if let preposition {
            if let host, let link { attach(core, to: host, by: link, name: preposition) }
        } else if let verb {
            attachObject(core, to: verb)
        } else {
            (subject, eventSeen) = ([core], false)
        }
    }

    /// Whether the noun at a chunk is what a verb after it is said of: "... and a woman in red walks".
    private func opensClause(after index: Int) -> Bool {
        var next = index + 1
        while next < chunks.count {
            switch chunks[next] {
            case .verb: return true
            case .preposition, .of: next += 2
            case .adverb, .relative: next += 1
            default: return false
            }
        }
        return false
    }
}
