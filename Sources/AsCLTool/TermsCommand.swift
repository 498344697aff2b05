import ArgumentParser
import AsCLBase
import CommandLineOptions
import Foundation
import RetrievalData
import RetrievalEvaluation
import RetrievalModels
import RunReports
import TextEncoding

struct TermsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "terms", abstract: "Search by terms: what LexLIP calls pictures, and what a sparse search costs.",
        discussion: """
            For a model whose vectors are weights of terms (lexlip, lexicon). Tells, by how many terms of each vector are \
            kept, what an inverted index finds, how many postings a caption's search looks at and what the index takes in \
            memory; and how many of a picture's ten heaviest terms occur in its captions, beside those of another picture.
            """)

    @OptionGroup var options: ModelAndDataOptions
    @OptionGroup var compute: ComputeOptions

    @Option(
        help: "How many terms of a vector are kept, 0 for all; once or several times. Default: 64, 128, 256 and all.")
    var keep: [Int] = []

    @Option(help: "Write a page with pictures of --images and the terms that they are found by.")
    var sheet: String?

    @Option(help: "With --sheet: how many pictures. Default: 24.")
    var top = 24

    @Flag(help: "Print the result as JSON.")
    var json = false

    mutating func validate() throws {
        try ValidationError.expect(atLeast: 0, ["keep": keep.min()])
        try ValidationError.expect(atLeast: 1, ["top": top])
        if options.encoder != nil { throw ValidationError("--encoder: a CLIP or a SigLIP has no terms") }
        guard (sheet == nil) == (options.images == nil) else {
            throw ValidationError("--sheet and --images belong together: the page, and the folder of its pictures")
        }
    }

    private struct Answer: Encodable {
        let searches: [TermSearch]
        let reading: TermReading
    }

    func run() throws {
        if let images = options.images { try Folder.expect(images) }
        if let sheet { try AtomicFile.expectPlace(for: sheet) }
        let (model, split) = try options.open(on: compute.prepare())
        guard let scorer = model.scorer as? any TermScorer else {
            throw InputError(
                path: options.checkpoint, place: "architecture",
                expected: "lexlip or lexicon, whose vectors are weights of terms",
                found: model.configuration.method.rawValue)
        }
        if let many = keep.first(where: { $0 > scorer.termCount }) {
            throw InputError(
                path: "--keep", expected: "at most \(scorer.termCount), the model's terms", found: many)
        }
        try Terminal.checkFeatures(split)
        let evaluator = try Evaluator(model, split)
        evaluator.notices("captions").forEach(Terminal.say)
        let vectors = try TermVectors(evaluator)
        let limits: [Int?] =
            keep.isEmpty
            ? [64, 128, 256].filter { $0 < scorer.termCount } + [nil] : keep.map { $0 == 0 ? nil : $0 }
        let searches = try limits.map { try TermSearch(vectors, evaluator.truth, keeping: $0) }
        let reading = TermReading(vectors, captions: evaluator.bareTokens, evaluator.truth)
        if let sheet, let images = options.images {
            let page = try ContactSheet(
                terms: reading, of: scorer.termCount, tokenizer: model.textEncoder.tokenizer, split: split,
                folder: images,
                count: top)
            try page.write(to: sheet)
            try page.notices(split).forEach(Terminal.say)
        }
        if json { return try Terminal.printJSON(Answer(searches: searches, reading: reading)) }
        Self.show(searches, reading, evaluator.truth, terms: scorer.termCount)
    }

    private static func show(_ searches: [TermSearch], _ reading: TermReading, _ truth: GroundTruth, terms: Int) {
        print("\(truth.imageCount) images x \(truth.captionCount) captions, \(terms) terms")
        let rows =
            [
                [
                    "terms kept", "an image", "a caption", "postings", "bytes", "i2t R@1", "R@10", "t2i R@1", "R@10",
                    "Rsum",
                ]
            ]
            + searches.map { search in
                let (image, text) = (search.result.imageToText, search.result.textToImage)
                let numbers = [
                    search.termsOfImage, search.termsOfCaption, search.postings,
                ].map { String(format: "%.1f", $0) }
                let found = [image.r1, image.r10, text.r1, text.r10, search.result.rsum]
                return [search.kept.map(String.init) ?? "all"] + numbers + ["\(search.bytes)"]
                    + found.map { String(format: "%.1f", $0) }
            }
        for row in rows {
            print(
                row.enumerated().map { column, cell in
                    let width = column == 0 ? 10 : 11
                    let blanks = String(repeating: " ", count: max(width - cell.count, 0))
                    return column == 0 ? cell + blanks : blanks + cell
                }.joined())
        }
        print(
            String(
                format: "of an image's ten heaviest terms %.1f %% occur in its captions, %.1f %% in another image's",
                reading.own, reading.shuffled))
    }
}
