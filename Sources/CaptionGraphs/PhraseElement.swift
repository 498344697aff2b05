/// Whatever of a caption a rule can put into a phrase or leave out. Sets of elements are bits of an integer.
struct PhraseElement: Sendable {
    /// What it adds to the string: numbers of words.
    var words: [Int32]
    /// Elements one of which has to be there before this one comes.
    var near: UInt64
    /// Of each of these sets, one element has to be there with this one.
    var needs: [UInt64]
    /// The edge's type where one of `first` was there, the type where it comes from the other side.
    var type: String
    var otherType = "SENT"
    var first: UInt64
    /// The element that stands in this one's place where both are there; -1 for none.
    var replacement = -1
    /// A verb other than "wear", of which a phrase has one.
    var isEvent = false

    init(words: [Int32], near: UInt64, needs: [UInt64], type: String) {
        (self.words, self.near, self.needs, self.type, first) = (words, near, needs, type, near)
    }
}

/// A caption taken apart: its elements in the caption's order, and what a phrase of them must keep to.
///
/// A phrase is a set of elements that hang together. One step more is one element more, and those that it needs; so a phrase
/// says less than every phrase that is reached from it.
struct PhraseElements: Sendable {
    var elements: [PhraseElement] = []
    /// Elements that are phrases alone, with what they need.
    var roots: [UInt64] = []
    /// Two nouns and the "of", "and" or "or" between them: both nouns only with it.
    var joints: [(pair: UInt64, connector: UInt64)] = []
    /// All words of the caption, normalised.
    var caption: [Int32] = []
    /// Whether the caption has more elements than an integer has bits: those at its end are in no phrase but the caption.
    var isCut = false

    /// Calls with every set that is one step from `mask`, and the step's type.
    func forEachStep(from mask: UInt64, _ body: (UInt64, String) -> Void) {
        for (index, element) in elements.enumerated() {
            let bit = UInt64(1) << UInt64(index)
            guard mask & bit == 0, element.near & mask != 0 else { continue }
            let type = element.first & mask != 0 ? element.type : element.otherType
            forEachCompletion(of: mask | bit) { body($0, type) }
        }
    }

    /// Calls with every least set that holds `mask` and what its elements need.
    func forEachCompletion(of mask: UInt64, _ body: (UInt64) -> Void) {
        var (rest, events) = (mask, 0)
        while rest != 0 {
            let element = elements[rest.trailingZeroBitCount]
            rest &= rest - 1
            if element.isEvent { events += 1 }
            for need in element.needs where need & mask == 0 {
                var choices = need
                while choices != 0 {
                    forEachCompletion(of: mask | choices & (~choices + 1), body)
                    choices &= choices - 1
                }
                return
            }
        }
        guard events < 2, joints.allSatisfy({ mask & $0.pair != $0.pair || mask & $0.connector != 0 }) else { return }
        body(mask)
    }

    /// The words of a set.
    func words(of mask: UInt64, into words: inout [Int32]) {
        words.removeAll(keepingCapacity: true)
        var rest = mask
        while rest != 0 {
            let element = elements[rest.trailingZeroBitCount]
            rest &= rest - 1
            if element.replacement < 0 || mask >> UInt64(element.replacement) & 1 == 0 { words += element.words }
        }
    }
}

/// Words by their numbers, in the order in which they came.
struct Vocabulary: Sendable {
    private var numbers: [String: Int32] = [:]
    private(set) var words: [String] = []

    /// The numbers of the words of a text that has one blank between them.
    mutating func numbers(of text: String) -> [Int32] {
        text.split(separator: " ").map { word in
            if let number = numbers[String(word)] { return number }
            let number = Int32(words.count)
            words.append(String(word))
            numbers[String(word)] = number
            return number
        }
    }

    func text(of numbers: [Int32]) -> String { numbers.map { words[Int($0)] }.joined(separator: " ") }
}
