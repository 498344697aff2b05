/// Parts captions into noun phrases, verbs, prepositions and adverbs.
///
/// There is no trained tagger behind it: a word's class comes from closed lists, WordNet's indices and endings.
package struct CaptionChunker {
    let wordNet: WordNet
    private var tagger: WordTagger

    /// A chunker with WordNet's words.
    package init(wordNet: WordNet) {
        self.wordNet = wordNet
        tagger = WordTagger(wordNet: wordNet)
    }

    /// A caption's words and its chunks in their order.
    mutating func chunks(of caption: String) -> (words: [CaptionWord], chunks: [Chunk]) {
        let words = CaptionWord.words(of: caption)
        let classes = tagger.classes(of: words)
        var (chunks, index) = ([Chunk](), 0)
        while index < words.count {
            if words[index].isParted, index > 0 { chunks.append(.comma) }
            switch classes[index] {
            case .determiner, .noun, .modifier:
                let end = endOfPhrase(from: index, words, classes)
                if let phrase = nounPhrase(words, classes, index..<end) { chunks.append(.noun(phrase)) }
                index = end
                continue
            case .verb(let lemma): chunks.append(.verb(lemma: lemma, word: index))
            case .preposition, .auxiliary, .adverb:
                if let chunk = preposition(words, at: index) ?? single(words, classes[index], index) {
                    chunks.append(chunk)
                    if case .preposition(_, let range) = chunk {
                        index = range.upperBound
                        continue
                    }
                }
            case .conjunction: chunks.append(.conjunction(name: words[index].text, word: index))
            case .relative: chunks.append(.relative)
            case .of: chunks.append(.of(word: index))
            }
            index += 1
        }
        return (words, chunks)
    }

    /// Where the noun phrase that begins at a word ends.
    private func endOfPhrase(from start: Int, _ words: [CaptionWord], _ classes: [WordClass]) -> Int {
        var end = start + 1
        while end < words.count {
            // "brown and black dog" is one phrase, "a dog and a cat" are two.
            let joins =
                end + 1 < words.count && words[end].text == "and" && classes[end - 1] == .modifier
                && (classes[end + 1] == .modifier
                    || end + 2 < words.count && isNoun(classes[end + 1], classes[end + 2]))
            guard joins || !words[end].isParted && continues(classes[end], after: classes[end - 1]) else { break }
            end += joins ? 2 : 1
        }
        return end
    }

    private func isNoun(_ first: WordClass, _ second: WordClass) -> Bool {
        if case .noun = first, case .noun = second { true } else { false }
    }

    private func continues(_ next: WordClass, after last: WordClass) -> Bool {
        // A determiner opens a phrase of its own, except after another: "all the dogs".
        if case .determiner = next { if case .determiner = last { return true } else { return false } }
        return next.isNounPhrase
    }

    private func preposition(_ words: [CaptionWord], at index: Int) -> Chunk? {
        for long in ClosedClasses.longPrepositions where words[index...].lazy.map(\.text).starts(with: long) {
            return .preposition(name: long.joined(separator: " "), words: index..<index + long.count)
        }
        return nil
    }

    private func single(_ words: [CaptionWord], _ place: WordClass, _ index: Int) -> Chunk? {
        switch place {
        case .preposition: .preposition(name: words[index].text, words: index..<index + 1)
        case .adverb: .adverb(word: index)
        default: nil
        }
    }

    /// The phrase of a run of words; nil where there are determiners only.
    private func nounPhrase(_ words: [CaptionWord], _ classes: [WordClass], _ run: Range<Int>) -> Chunk.NounPhrase? {
        var (phrase, start) = (Chunk.NounPhrase(), run.lowerBound)
        while start < run.upperBound, case .determiner(let name) = classes[start] {
            if phrase.determiner.isEmpty { phrase.determiner = name }
            start += 1
        }
        guard start < run.upperBound else {
            // "one jumps", "the other two": a number alone is no noun phrase that a picture shows.
            return nil
        }
        var head = run.upperBound - 1
        phrase.lemma = words[head].text
        if case .noun(let lemma) = classes[head] { phrase.lemma = lemma }
        // Compounds that WordNet knows are one noun, unless a size, an age or a colour only stands before it.
        if head > start, !ClosedClasses.relativeModifiers.contains(words[head - 1].text), case .noun = classes[head - 1]
        {
            let compound = words[head - 1].text + " " + phrase.lemma
            if wordNet.holds(compound, as: .noun) {
                (head, phrase.lemma) = (head - 1, compound)
            }
        }
        phrase.head = head..<run.upperBound
        while start < head {
            let joins = start + 2 < head && words[start + 1].text == "and"
            let isShade = ClosedClasses.shades.contains(words[start].text) && start + 1 < head
            let end = start + (joins ? 3 : isShade ? 2 : 1)
            phrase.modifiers.append(start..<end)
            start = end
        }
        return phrase
    }
}

extension CaptionChunker {
    /// A part of a caption that can be masked or replaced as a whole.
    package struct Unit: Codable, Sendable, Equatable {
        /// What a unit tells.
        package enum Kind: String, Codable, Sendable, CaseIterable {
            /// A head noun.
            case object
            /// A chunk of modifiers.
            case attribute
            /// A verb or a preposition.
            case relation
        }

        /// What it tells.
        package let kind: Kind
        /// Where it stands in the caption: bytes of UTF-8.
        package let bytes: Range<Int>
    }

    /// The units of a caption in its order; where it has none, every word is an object.
    package mutating func units(of caption: String) -> [Unit] {
        let (words, chunks) = chunks(of: caption)
        return Self.units(words, chunks)
    }

    static func units(_ words: [CaptionWord], _ chunks: [Chunk]) -> [Unit] {
        var units: [Unit] = []
        func add(_ kind: Unit.Kind, _ range: Range<Int>) {
            units.append(
                Unit(
                    kind: kind,
                    bytes: words[range.lowerBound].bytes.lowerBound..<words[range.upperBound - 1].bytes.upperBound))
        }
        for chunk in chunks {
            switch chunk {
            case .noun(let phrase):
                for modifier in phrase.modifiers { add(.attribute, modifier) }
                add(.object, phrase.head)
            case .verb(_, let word): add(.relation, word..<word + 1)
            case .preposition(_, let range): add(.relation, range)
            default: break
            }
        }
        return units.isEmpty ? words.map { Unit(kind: .object, bytes: $0.bytes) } : units
    }
}
