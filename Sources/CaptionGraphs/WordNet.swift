package import AsCLBase
import Foundation

/// What WordNet 3.0 (Princeton; Debian's `wordnet-base`) says of a word, read out of its mapped files.
package struct WordNet: Sendable {
    /// The classes that its indices tell apart, with their numbers in sense keys.
    enum Part: Int, CaseIterable, Sendable {
        case noun = 1
        case verb, adjective, adverb

        var ending: String { ["noun", "verb", "adj", "adv"][rawValue - 1] }
    }

    /// Where Debian puts it.
    package static let usualFolder = "/usr/share/wordnet"

    private let path: String
    private let indices: [Part: SortedLines]
    private let exceptions: [Part: SortedLines]
    private let counts: SortedLines
    private let nouns: SortedLines

    /// Maps the files of a folder; none is read.
    /// - Parameter option: What names another folder, for the error.
    /// - Throws: `InputError` that says how to get WordNet where the folder has none.
    package init(folder: String, option: String = "--wordnet") throws(InputError) {
        guard FileManager.default.fileExists(atPath: folder + "/index.noun") else {
            throw InputError(
                path: folder, place: "WordNet", expected: "index.noun and its neighbours",
                found:
                    "none; `apt install wordnet-base` brings them to \(Self.usualFolder), \(option) names another folder"
            )
        }
        path = folder
        var (indices, exceptions) = ([Part: SortedLines](), [Part: SortedLines]())
        for part in Part.allCases { indices[part] = try SortedLines(path: "\(folder)/index.\(part.ending)") }
        for part in [Part.noun, .verb] { exceptions[part] = try SortedLines(path: "\(folder)/\(part.ending).exc") }
        (self.indices, self.exceptions) = (indices, exceptions)
        counts = try SortedLines(path: folder + "/cntlist.rev")
        nouns = try SortedLines(path: folder + "/data.noun")
    }

    /// Whether the word, a compound with blanks, stands in a part's index.
    func holds(_ word: String, as part: Part) -> Bool { indexLine(word, part) != nil }

    /// The base form of a word as a noun or a verb: by the list of exceptions, else by its ending; nil where none is known.
    func lemma(of word: String, as part: Part) -> String? {
        if let line = exceptions[part]?.lines(startingWith: word + " ").first {
            return line.split(separator: " ").dropFirst().first.map(String.init)
        }
        // "sunglasses" and "jeans" are words of their own. "stripes" is one too, but nobody means it.
        let isOwn = holds(word, as: part)
        if isOwn, part == .verb || !word.hasSuffix("s") || count(of: word, as: part) > 0 { return word }
        let endings =
            part == .noun
            ? [
                ("ses", "s"), ("xes", "x"), ("zes", "z"), ("ches", "ch"), ("shes", "sh"), ("men", "man"), ("ies", "y"),
                ("s", ""),
            ]
            : [("ies", "y"), ("es", "e"), ("es", ""), ("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", ""), ("s", "")]
        for (ending, base) in endings where word.hasSuffix(ending) && word.count > ending.count + 1 {
            let lemma = String(word.dropLast(ending.count)) + base
            if isOwn ? count(of: lemma, as: part) > 0 : holds(lemma, as: part) { return lemma }
        }
        return isOwn ? word : nil
    }

    /// How often the tagged texts behind WordNet have a base form as that part of speech.
    func count(of lemma: String, as part: Part) -> Int {
        // Satellites of adjectives are numbered 5.
        let keys = part == .adjective ? ["3", "5"] : ["\(part.rawValue)"]
        // Numbers of 32 bits, which no file has enough of for too large a sum.
        return keys.flatMap { counts.lines(startingWith: "\(key(lemma))%\($0):") }
            .reduce(0) { $0 + Int(Int32($1.split(separator: " ").last ?? "") ?? 0) }
    }

    /// A noun's first sense, its hypernym and so on to the top, along the first pointers; empty for no noun.
    func chain(of noun: String) throws(InputError) -> [Synset] {
        var (chain, next) = ([Synset](), firstSense(of: noun))
        while let offset = next {
            // WordNet is 20 deep; more is a circle in a damaged file.
            guard chain.count < 64, let synset = nouns.line(at: offset).flatMap({ Synset(line: $0, offset: offset) })
            else {
                throw InputError(
                    path: path + "/data.noun", place: "byte \(offset) (\(noun))", expected: "a synset of WordNet's",
                    found: chain.count < 64 ? "something else" : "a circle of hypernyms")
            }
            chain.append(synset)
            next = synset.hypernym
        }
        return chain
    }

    /// The byte of `data.noun` where a noun's first sense stands.
    func firstSense(of noun: String) -> Int? {
        guard let line = indexLine(noun, .noun) else { return nil }
        // lemma, part, senses, count of pointers, pointers, senses, tagged senses, offsets
        let fields = line.split(separator: " ")
        guard fields.count > 4, let senses = Int(fields[2]), (1..<fields.count).contains(senses),
            fields.count > 4 + senses
        else { return nil }
        return Int(fields[fields.count - senses])
    }

    private func indexLine(_ word: String, _ part: Part) -> Substring? {
        word.isEmpty ? nil : indices[part]?.lines(startingWith: key(word) + " ").first
    }

    private func key(_ word: String) -> String { word.replacing(" ", with: "_") }
}

/// One meaning of nouns: a line of `data.noun`.
struct Synset: Sendable, Equatable {
    /// Words of one part without capitals, in WordNet's order.
    let words: [String]
    /// Where its first hypernym's line stands; nil at the top.
    let hypernym: Int?
    /// Where its own line stands.
    let offset: Int

    init?(line: String, offset: Int) {
        // offset, file, type, count of words in base 16, word and id ..., count of pointers, symbol offset part numbers ...
        let fields = line.split(separator: " ")
        guard fields.count > 5, Int(fields[0]) == offset, let words = Int(fields[3], radix: 16),
            (1..<fields.count).contains(words), fields.count > 4 + 2 * words,
            let pointers = Int(fields[4 + 2 * words]), (0..<fields.count).contains(pointers)
        else { return nil }
        self.words = (0..<words).map { String(fields[4 + 2 * $0]) }
            .filter { $0.allSatisfy { $0.isLowercase } }
        let first = 5 + 2 * words
        guard fields.count >= first + 4 * pointers else { return nil }
        let up = (0..<pointers).first { fields[first + 4 * $0] == "@" || fields[first + 4 * $0] == "@i" }
        hypernym = up.flatMap { Int(fields[first + 4 * $0 + 1]) }
        self.offset = offset
    }
}
