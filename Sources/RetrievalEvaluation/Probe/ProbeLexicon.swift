/// Nouns of things that photos show: what is what, and which words of a caption speak against a thing's absence.
///
/// Reads the lists of `ProbeNouns`. A line is a concept: its names, then after `|` further evidence of its presence. A
/// concept indented below another is a kind of it. `-` marks what pictures show without anybody's mentioning it, or
/// what is too vague: such a concept is recognised, but never claimed absent. Of a name's plural only what is not
/// regular is written: `man/men`, `snow/` (none), `/skis` (no singular); `_` is a space. Evidence that ends in `*` is
/// the beginning of a word; evidence that is a concept's first name stands for that concept and all its kinds; and what
/// speaks for a concept speaks for all its kinds. `# category: prepositions` begins the concepts that may stand in each
/// other's place, and says how a caption may add one.
struct ProbeLexicon: Sendable {
    enum Number: Sendable { case singular, plural, mass }

    /// A name in one number.
    struct Form: Hashable, Sendable {
        let text: String
        let number: Number
        /// Index of the concept.
        let concept: Int
    }

    struct Category: Sendable {
        let name: String
        /// Empty where adding one would read oddly.
        let prepositions: [String]

        var isAlive: Bool { name == "person" || name == "animal" }
    }

    struct Concept: Sendable {
        let category: Int
        /// The concept's index and those of all it is a kind of.
        let lineage: [Int]
        /// Whether it may be claimed absent.
        let isClaimable: Bool
        /// The first name's forms, which wrong captions use.
        let forms: [Form]
        let evidence: [String]
    }

    static let standard = ProbeLexicon([ProbeNouns.living, ProbeNouns.things, ProbeNouns.places])

    private(set) var categories: [Category] = []
    private(set) var concepts: [Concept] = []
    private var forms: [String: [Form]] = [:]
    /// For a word or the beginning of one (with `*`): the concepts that it speaks for.
    private var evidence: [String: Set<Int>] = [:]
    /// For each concept those that are not absent where it is mentioned.
    private var related: [Set<Int>] = []
    /// For a word the number of words of the longest name that begins with it.
    private var longestName: [String: Int] = [:]

    init(_ lists: [String]) {
        for list in lists {
            var lineage: [Int] = []
            for line in list.split(separator: "\n") {
                if line.hasPrefix("#") {
                    let parts = line.dropFirst(2).split(separator: ":")
                    let prepositions = parts.dropFirst().flatMap { $0.split(separator: ",") }
                    categories.append(
                        Category(name: String(parts[0]), prepositions: prepositions.map { String($0).trimmed }))
                    lineage = []
                } else {
                    lineage = Array(lineage.prefix(line.prefix { $0 == " " }.count / 2)) + [concepts.count]
                    add(String(line).trimmed, lineage: lineage)
                }
            }
        }
        relate()
    }

    private mutating func add(_ line: String, lineage: [Int]) {
        let isClaimable = !line.hasPrefix("-")
        let parts = line.drop { $0 == "-" }.split(separator: "|").map { $0.split(separator: " ").map(String.init) }
        let named = parts[0].map { Self.forms($0, concept: concepts.count) }
        for form in named.joined() {
            forms[form.text, default: []].append(form)
            let words = form.text.split(separator: " ").map(String.init)
            longestName[words[0]] = max(longestName[words[0], default: 0], words.count)
        }
        concepts.append(
            Concept(
                category: categories.count - 1, lineage: lineage, isClaimable: isClaimable, forms: named[0],
                evidence: parts.count > 1 ? parts[1] : []))
    }

    /// What is mentioned speaks for itself, for what it is a kind of and for its kinds; evidence adds to that.
    private mutating func relate() {
        let kinds = concepts.indices.map { concept in
            Set(concepts.indices.filter { concepts[$0].lineage.contains(concept) })
        }
        let conceptOfName = Dictionary(
            concepts.enumerated().map { ($1.forms[0].text, $0) }, uniquingKeysWith: { first, _ in first })
        related = concepts.indices.map { kinds[$0].union(concepts[$0].lineage) }
        for (index, concept) in concepts.enumerated() {
            for word in concept.evidence {
                for text in [word, Self.regularPlural(word)] { evidence[text, default: []].formUnion(kinds[index]) }
                guard let named = conceptOfName[word.replacing("_", with: " ")] else { continue }
                for kind in kinds[named] { related[kind].formUnion(kinds[index]) }
            }
        }
    }

    private static func forms(_ entry: String, concept: Int) -> [Form] {
        let parts = entry.replacing("_", with: " ").split(separator: "/", omittingEmptySubsequences: false).map(
            String.init)
        guard parts.count > 1 else {
            return [
                Form(text: parts[0], number: .singular, concept: concept),
                Form(text: regularPlural(parts[0]), number: .plural, concept: concept),
            ]
        }
        if parts[0].isEmpty { return [Form(text: parts[1], number: .plural, concept: concept)] }
        if parts[1].isEmpty { return [Form(text: parts[0], number: .mass, concept: concept)] }
        return [
            Form(text: parts[0], number: .singular, concept: concept),
            Form(text: parts[1], number: .plural, concept: concept),
        ]
    }

    private static func regularPlural(_ noun: String) -> String {
        if ["s", "x", "z", "ch", "sh"].contains(where: noun.hasSuffix) { return noun + "es" }
        if noun.hasSuffix("y"), let before = noun.dropLast().last, !"aeiou".contains(before) {
            return noun.dropLast() + "ies"
        }
        return noun + "s"
    }
}

extension ProbeLexicon {
    func category(of form: Form) -> Category { categories[concepts[form.concept].category] }

    /// A noun in a caption.
    struct Mention {
        let words: Range<Int>
        /// More than one where the name has several meanings.
        let forms: [Form]
    }

    /// The nouns of a caption from left to right, the longest name at each place.
    func mentions(in caption: CaptionWords) -> [Mention] {
        var mentions: [Mention] = []
        var index = 0
        while index < caption.words.count {
            let mention = names(at: index, in: caption).last
            if let mention { mentions.append(mention) }
            index = mention?.words.upperBound ?? index + 1
        }
        return mentions
    }

    /// The concepts that are not absent from a picture with these captions: mentioned, kinds of what is mentioned, more
    /// general than it, or made likely by a word.
    func notAbsent(_ captions: [CaptionWords]) -> Set<Int> {
        var result: Set<Int> = []
        for caption in captions {
            for index in caption.words.indices {
                for form in names(at: index, in: caption).flatMap(\.forms) { result.formUnion(related[form.concept]) }
            }
        }
        for word in Set(captions.flatMap { $0.words.map(\.text) }) {
            result.formUnion(evidence[word] ?? [])
            var beginning = ""
            for letter in word {
                beginning.append(letter)
                result.formUnion(evidence[beginning + "*"] ?? [])
            }
        }
        return result
    }

    private func names(at index: Int, in caption: CaptionWords) -> [Mention] {
        let longest = min(longestName[caption.words[index].text] ?? 0, caption.words.count - index)
        return (0..<longest).compactMap { further in
            let words = index..<index + further + 1
            return forms[caption.phrase(words)].map { Mention(words: words, forms: $0) }
        }
    }
}
