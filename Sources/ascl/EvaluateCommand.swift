import ArgumentParser
import ArrayFiles
import AsCLModel
import RetrievalData
import RetrievalEvaluation
import RetrievalMetrics

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure a model: R@1, R@5 and R@10 both ways.",
        discussion: """
            Ranks all captions for every image and all images for every caption. Each score comes from its pair alone, and
            a tie counts against the query, so a constant score earns nothing.
            """)

    @OptionGroup var options: ModelAndDataOptions
    @OptionGroup var compute: ComputeOptions

    @Option(help: "Evaluate in folds of so many images and report their mean (MSCOCO's 1K protocol: 1000).")
    var foldImages: Int?

    @Option(help: "Also write all scores to this npy file, float32 [images, captions].")
    var scores: String?

    @Flag(help: "Print the result as JSON.")
    var json = false

    mutating func validate() throws {
        if foldImages != nil, scores != nil {
            throw ValidationError("--scores needs one whole matrix: leave out --fold-images")
        }
    }

    func run() throws {
        if let scores {
            // Never finished, so it leaves nothing: only to find out now, not after hours, whether there is a place.
            _ = try NumpyWriter(path: scores, elementType: .float32, shape: [0])
        }
        let (model, split) = try options.open(on: compute.prepare())
        guard let foldImages else {
            let evaluator = try prepare(model, split)
            let result = try RetrievalResult(ranks(evaluator, keeping: scores))
            return try json ? Terminal.printJSON(result) : print(result)
        }
        let truth = try GroundTruth(imageOfCaption: split.imageOfCaption, imageCount: split.imageCount)
        var results: [RetrievalResult] = []
        for fold in try truth.folds(imagesPerFold: foldImages) {
            let evaluator = try prepare(model, split.subset(images: Array(fold.images)))
            results.append(try RetrievalResult(ranks(evaluator, keeping: nil)))
        }
        let result = try FoldedResult(folds: results)
        try json ? Terminal.printJSON(result) : print(result)

        func ranks(_ evaluator: Evaluator, keeping path: String?) throws -> RetrievalRanks {
            let meter = Meter("scoring", unit: "pairs")
            guard let path else { return try evaluator.ranks(model, progress: meter.update) }
            var matrix = ScoreMatrix(truth: evaluator.truth)
            let ranks = try evaluator.ranks(model, progress: meter.update) { matrix.add($1, block: $0) }
            try matrix.write(to: path)
            return ranks
        }
    }

    private func prepare(_ model: RetrievalModel, _ split: RetrievalSplit) throws -> Evaluator {
        let evaluator = try Evaluator(model, split, progress: Meter("encoding", unit: "captions").update)
        if evaluator.cutCaptions > 0 {
            Terminal.say("\(evaluator.cutCaptions) captions are longer than max_tokens and are cut")
        }
        return evaluator
    }
}
