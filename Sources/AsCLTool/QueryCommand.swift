import ArgumentParser
import AsCLBase
import CommandLineOptions
import RetrievalData
import RetrievalEvaluation
import RetrievalModels
import RunReports

struct QueryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Find the pictures of a split that fit a sentence best.",
        discussion: """
            The split may be a photo collection without captions, as `ascl features` makes it: then it is called all.

            Without training, by a pretrained model:
              ascl query --encoder clip-vit-base-patch32 --images photos \
                "a dog runs on the beach"
            """)

    @OptionGroup var options: ModelAndDataOptions
    @OptionGroup var compute: ComputeOptions

    @Option(help: "How many pictures to show.")
    var top = 10

    @Flag(help: "Print the result as JSON.")
    var json = false

    @Option(help: "Write a page with the pictures, their captions and the regions that fit the sentence best.")
    var sheet: String?

    @Argument(help: "The sentence.")
    var sentence: String

    mutating func validate() throws {
        try ValidationError.expect(atLeast: 1, ["top": top])
        if sheet != nil, options.images == nil { throw ValidationError("--sheet needs --images") }
        if sheet == nil, options.encoder == nil, options.images != nil {
            throw ValidationError(
                "--images: only --sheet shows pictures of a checkpoint's data, and --encoder reads them")
        }
        if sentence.allSatisfy(\.isWhitespace) { throw ValidationError("expected a sentence, found only blanks") }
    }

    struct Answer: Encodable {
        let image: String
        let score: Float
    }

    func run() throws {
        if let images = options.images { try Folder.expect(images) }
        if let sheet { try AtomicFile.expectPlace(for: sheet) }
        let (model, split) = try options.open(on: compute.prepare(), captionsNeeded: false)
        try (model.limitNotices + model.notices(ofSentence: sentence)).forEach(Terminal.say)
        let scores = try model.scores(of: sentence, with: split)
        let best = scores.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }.prefix(top)
        if let sheet, let images = options.images {
            let page = try ContactSheet(
                sentence, model: model, split: split, folder: images, best: best.map { ($0, scores[$0]) })
            try page.write(to: sheet)
            try page.notices(split).forEach(Terminal.say)
        }
        let answers = best.map { Answer(image: split.imageNames?[$0] ?? "image \($0)", score: scores[$0]) }
        if json { return try Terminal.printJSON(answers) }
        for answer in answers {
            let score = answer.score.formatted(.number.precision(.fractionLength(4)))
            Terminal.show("\(score) \(answer.image.escapedForOneLine)")
        }
    }
}
