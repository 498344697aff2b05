import AsCLBase
import TextEncoding
import Torch

/// Words to be guessed from what stands around them (Devlin et al. 2019): of each text each ordinary place with a chance,
/// and one at least; or each word with all of its pieces. Of the places chosen 80 % are masked, 10 % become another ordinary
/// word, and 10 % stay.
struct WordMasking {
    /// Rows of all texts' tokens, with what was done to them.
    private(set) var rows: [Int]
    /// The places that are to be guessed, ascending.
    private(set) var places: [Int] = []
    /// The rows that stood there.
    private(set) var answers: [Int] = []

    /// The part of places that is chosen.
    static let rate = 0.15

    /// - Parameters:
    ///   - rows: One a token, text after text.
    ///   - lengths: Tokens of each text, the first and the last of which are special.
    ///   - pieces: Rows that go on with the word before them; they are chosen with it.
    init(
        _ rows: [Int], lengths: [Int], _ vocabulary: CutVocabulary, rate: Double = Self.rate, pieces: Set<Int> = [],
        _ generator: inout SeededGenerator
    ) {
        self.rows = rows
        var start = 0
        for length in lengths {
            // A text without a word has but its special tokens to give.
            let words = length > 2 ? start + 1..<start + length - 1 : start..<start + length
            let starts = words.filter { $0 == words.lowerBound || !pieces.contains(rows[$0]) }
            for word in Self.chosen(starts.indices, rate: rate, &generator) {
                places += starts[word]..<(word + 1 < starts.count ? starts[word + 1] : words.upperBound)
            }
            start += length
        }
        for place in places {
            answers.append(rows[place])
            self.rows[place] = vocabulary.masked(rows[place], &generator)
        }
    }

    /// Each of some places with a chance, one at least.
    static func chosen(_ places: Range<Int>, rate: Double = rate, _ generator: inout SeededGenerator) -> [Int] {
        var chosen: [Int] = []
        for place in places where generator.uniform() < rate { chosen.append(place) }
        return chosen.isEmpty ? [places.lowerBound + generator.below(places.count)] : chosen
    }
}

extension CutVocabulary {
    /// What stands where a row is to be guessed: mostly the mask, sometimes another word, sometimes itself.
    func masked(_ row: Int, _ generator: inout SeededGenerator) -> Int {
        let draw = generator.uniform()
        if draw < 0.8 { return Self.maskRow }
        return draw < 0.9 ? ordinaryRows.lowerBound + generator.below(ordinaryRows.count) : row
    }
}

extension WordMasking {
    /// Words of texts given as tokens `[words, 1]`.
    init(
        _ texts: TextBatch, _ words: JointWords, _ vocabulary: CutVocabulary, rate: Double = Self.rate,
        pieces: Set<Int> = [], _ generator: inout SeededGenerator
    ) throws(TorchError) {
        let rows = try words.rows(texts.rows).to(device: .cpu).array(Int.self)
        self.init(rows, lengths: texts.lengths, vocabulary, rate: rate, pieces: pieces, &generator)
    }

    /// Vectors `[words, H]` of those texts with what was done to them.
    func texts(_ texts: TextBatch, _ words: JointWords) throws(TorchError) -> TextBatch {
        let rows = try Tensor(rows, shape: [rows.count]).to(device: texts.rows.device)
        return try texts.replacingRows(words.vectors(rows))
    }

    /// Of states of padded texts `[texts, L, H]` those that are to be guessed from, `[places, H]`.
    func states(_ all: Tensor, lengths: [Int]) throws(TorchError) -> Tensor {
        let chosen = try Tensor(places, shape: [places.count]).to(device: all.device)
        return try TextBatch(padded: all, lengths: lengths).rows.indexSelect(chosen)
    }
}
