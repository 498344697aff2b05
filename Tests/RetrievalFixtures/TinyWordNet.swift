/// A few words in WordNet's files: indices, nouns' synsets, exceptions and counts.
package struct TinyWordNet {
    /// Nouns by the more general ones above them; a word's first synset is its first sense.
    private static let nouns: [(words: [String], above: String?)] = [
        (["entity"], nil), (["organism"], "entity"), (["person", "individual"], "organism"), (["male"], "person"),
        (["man"], "male"), (["woman"], "person"), (["people"], nil), (["group"], "entity"), (["crowd"], "group"),
        (["animal"], "organism"), (["dog"], "animal"), (["cat"], "animal"), (["mouse"], "animal"),
        (["clothing", "clothes"], "entity"), (["garment"], "clothing"), (["shirt"], "garment"), (["hat"], "clothing"),
        (["vehicle"], "entity"), (["bike"], "vehicle"), (["street"], "entity"), (["park"], "entity"),
        (["wall"], "entity"),
        (["ball"], "entity"), (["tennis"], nil), (["tennis_ball"], "ball"), (["hair"], nil), (["guitar"], nil),
        (["water"], nil), (["bottle"], nil), (["red"], nil),
        // A second sense of "bottle".
        (["pot", "bottle"], "entity"), (["jar"], "pot"),
    ]
    private static let verbs = [
        "wear", "dress", "ride", "run", "walk", "stand", "climb", "hold", "play", "jump", "chase", "sit",
    ]
    private static let adjectives = ["red", "blue", "large", "black", "brown", "small"]

    /// Writes all files into a folder.
    package static func write(to scratch: ScratchFolder, in folder: String = "wordnet") throws {
        func put(_ lines: [String], _ name: String) throws {
            try scratch.put(lines.map { $0 + "\n" }.joined(), at: "\(folder)/\(name)")
        }
        let places = offsets()
        var data: [String] = []
        for (index, noun) in nouns.enumerated() { data.append(line(noun, at: places[index], places)) }
        try put(data, "data.noun")
        let index = nouns.enumerated().flatMap { place, noun in
            noun.words.map { "\($0) n 1 1 @ 1 1 \(padded(places[place]))" }
        }
        try put(index.sorted(), "index.noun")
        try put(verbs.map { "\($0) v 1 0 1 1 00000001" }.sorted(), "index.verb")
        try put(adjectives.map { "\($0) a 1 0 1 1 00000001" }.sorted(), "index.adj")
        try put(["quickly r 1 0 1 1 00000001"], "index.adv")
        try put(["men man", "mice mouse", "women woman"], "noun.exc")
        try put(["ran run", "running run", "sitting sit", "wore wear"], "verb.exc")
        let counts =
            nouns.flatMap(\.words).map { "\($0)%1:00:00:: 1 \($0 == "red" ? 1 : 5)" }
            + verbs.map { "\($0)%2:00:00:: 1 10" } + adjectives.map { "\($0)%3:00:00:: 1 10" }
        try put(counts.sorted(), "cntlist.rev")
    }

    /// Numbers have eight digits, so that places do not depend on what they are.
    private static func offsets() -> [Int] {
        var (offsets, next) = ([Int](), 0)
        for noun in nouns {
            offsets.append(next)
            next += line(noun, at: 0, [Int](repeating: 0, count: nouns.count)).utf8.count + 1
        }
        return offsets
    }

    private static func line(_ noun: (words: [String], above: String?), at offset: Int, _ places: [Int]) -> String {
        let above = noun.above.flatMap { name in nouns.firstIndex { $0.words[0] == name } }
        let pointers = above.map { "001 @ \(padded(places[$0])) n 0000" } ?? "000"
        let words = noun.words.map { "\($0) 0" }.joined(separator: " ")
        return "\(padded(offset)) 03 n 0\(noun.words.count) \(words) \(pointers) | a gloss"
    }

    private static func padded(_ number: Int) -> String {
        String(repeating: "0", count: 8 - "\(number)".count) + "\(number)"
    }
}
