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
    @OptionGroup var arithmetic: PrecisionOptions
    @OptionGroup var compute: ComputeOptions

    @Option(help: "Evaluate in folds of so many images and report their mean (MSCOCO's 1K protocol: 1000).")
    var foldImages: Int?

    @Option(help: "Also write all scores to this npy file, float32 [images, captions].")
    var scores: String?

    @Option(
        help: """
            Keep progress in this folder: after an interruption, the same command goes on where it stopped and comes to \
            the same result.
            """)
    var resumable: String?

    @Flag(help: "Print the result as JSON.")
    var json = false

    mutating func validate() throws {
        if foldImages != nil, scores != nil {
            throw ValidationError("--scores needs one whole matrix: leave out --fold-images")
        }
    }

    func run() throws {
        let (model, split) = try options.open(on: compute.prepare())
        try model.check(arithmetic.precision)
        guard let foldImages else {
            let result = try RetrievalResult(ranks(model, split, in: resumable))
            return try json ? Terminal.printJSON(result) : print(result)
        }
        let truth = try GroundTruth(imageOfCaption: split.imageOfCaption, imageCount: split.imageCount)
        var results: [RetrievalResult] = []
        for (index, fold) in try truth.folds(imagesPerFold: foldImages).enumerated() {
            let part = split.subset(images: Array(fold.images))
            results.append(try RetrievalResult(ranks(model, part, in: resumable.map { $0 + "/fold\(index + 1)" })))
        }
        let result = try FoldedResult(folds: results)
        try json ? Terminal.printJSON(result) : print(result)
    }

    private func ranks(_ model: RetrievalModel, _ split: RetrievalSplit, in folder: String?) throws -> RetrievalRanks {
        let precision = arithmetic.precision
        var state = try folder.map { try EvaluationProgress(folder: $0, model, split, in: precision) }
        // Begun before the scores are, to find out now, not after hours, whether there is a place for them.
        let matrix = try scores.map {
            try NumpyMatrixWriter(
                path: $0, rows: split.imageCount, columns: split.captions.count, isKept: state != nil,
                continuing: (state?.ranks.count ?? 0) > 0)
        }
        let encoding = Meter("encoding", unit: "captions")
        let evaluator = try Evaluator(
            model, split, in: precision, wordsFile: state?.wordsFile, progress: encoding.update)
        if evaluator.cutCaptions > 0 {
            Terminal.say("\(evaluator.cutCaptions) captions are longer than max_tokens and are cut")
        }
        let scoring = Meter("scoring", unit: "pairs")
        let done = state?.ranks.count ?? 0
        scoring.begin(at: done, of: split.imageCount * split.captions.count)
        let ranks = try evaluator.ranks(model, continuing: state?.ranks, progress: scoring.update) {
            block, part, ranks in
            try matrix?.write(part, rows: block.images, columns: block.captions)
            try state?.save(ranks)
        }
        try matrix?.finish()
        return ranks
    }
}
