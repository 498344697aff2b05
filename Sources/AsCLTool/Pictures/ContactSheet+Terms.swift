import AsCLBase
import RetrievalData
import RetrievalEvaluation
import RunReports
import TextEncoding

extension ContactSheet {
    /// The first pictures of a split with the terms that they are found by, the heaviest first, those that their captions have
    /// by percentage.
    /// - Parameters:
    ///   - terms: What the terms of each image are.
    ///   - all: How many terms there are.
    ///   - folder: Where the pictures are, under the split's image names.
    init(
        terms reading: TermReading, of all: Int, tokenizer: any Tokenizer, split: RetrievalSplit, folder: String,
        count: Int
    ) throws {
        guard let names = split.imageNames else {
            throw InputError(
                path: split.name, place: "image names", expected: "an _ids.txt, to find the pictures by", found: "none")
        }
        let texts = (tokenizer as? WordPieceTokenizer)?.tokenTexts ?? [:]
        let entries = reading.readings.prefix(count).enumerated().map { image, terms in
            let heaviest = terms.first?.weight ?? 1
            return Entry(
                name: names[image],
                score: terms.isEmpty ? 0 : Float(terms.count { $0.isSaid }) / Float(terms.count),
                picture: Self.picture("\(folder)/\(names[image])"),
                words: terms.map { term in
                    Word(
                        texts[Int32(term.token)] ?? "\(term.token)", shade: Double(term.weight / heaviest),
                        note: (term.isSaid ? "✓ " : "") + term.weight.formatted(.number.precision(.fractionLength(2))))
                },
                captions: split.captionsOfImage[image].map { Caption(split.captions[$0]) })
        }
        self.init(
            title: "What pictures of \(split.name) are found by",
            note: "Each picture's ten heaviest of \(all) terms, a tick at those that its captions have. Of all "
                + "\(reading.images) pictures "
                + "\(Self.percent(reading.own)) of these terms occur in their captions, \(Self.percent(reading.shuffled)) in "
                + "another picture's; the number at a name is its own share.",
            entries: entries)
    }

    private static func percent(_ value: Double) -> String {
        value.formatted(.number.precision(.fractionLength(1))) + " %"
    }
}
