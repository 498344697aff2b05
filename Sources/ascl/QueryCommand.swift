import ArgumentParser
import RetrievalData
import RetrievalEvaluation
import RetrievalModels

struct QueryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Find the pictures of a split that fit a sentence best.")

    @OptionGroup var options: ModelAndDataOptions
    @OptionGroup var compute: ComputeOptions

    @Option(help: "How many pictures to show.")
    var top = 10

    @Flag(help: "Print the result as JSON.")
    var json = false

    @Argument(help: "The sentence.")
    var sentence: String

    mutating func validate() throws {
        if top < 1 { throw ValidationError("--top: expected at least 1, found \(top)") }
        if sentence.allSatisfy(\.isWhitespace) { throw ValidationError("expected a sentence, found only blanks") }
    }

    struct Answer: Encodable {
        let image: String
        let score: Float
    }

    func run() throws {
        let (model, split) = try options.open(on: compute.prepare())
        let scores = try model.scores(of: sentence, with: split)
        let best = scores.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }.prefix(top)
        let answers = best.map { Answer(image: split.imageNames?[$0] ?? "image \($0)", score: scores[$0]) }
        if json { return try Terminal.printJSON(answers) }
        for answer in answers { print(answer.score.formatted(.number.precision(.fractionLength(4))), answer.image) }
    }
}
