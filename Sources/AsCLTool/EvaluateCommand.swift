import ArgumentParser
import ArrayFiles
import AsCLBase
import CommandLineOptions
import RetrievalData
import RetrievalEvaluation
import RetrievalModels

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure a model: R@1, R@5 and R@10 both ways.",
        discussion: """
            Ranks all captions for every image and all images for every caption. Each score comes from its pair alone, \
            and a tie counts against the query, so a constant score earns nothing.
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

    @Option(
        help: """
            A JSON file of further right captions, {"<image>": [captions, ...]}, by file name or number: adds R-Precision \
            and mAP@R, as ECCV Caption has them, to the recalls, which stay those of the data's own captions.
            """)
    var extraPositives: String?

    @Flag(help: "Print the result as JSON.")
    var json = false

    mutating func validate() throws {
        try options.expectCaptions()
        try ValidationError.expect(atLeast: 1, ["fold-images": foldImages])
        if extraPositives != nil, foldImages != nil || resumable != nil {
            throw ValidationError("--extra-positives: leave out --fold-images and --resumable")
        }
        if foldImages != nil, scores != nil {
            throw ValidationError("--scores needs one whole matrix: leave out --fold-images")
        }
    }

    func run() throws {
        if let resumable { try Folder.expectPlace(for: resumable) }
        if let scores { try AtomicFile.expectPlace(for: scores) }
        let (model, split) = try options.open(on: compute.prepare())
        try model.check(arithmetic.precision)
        try Terminal.checkFeatures(split)
        if let extraPositives { return try runWithExtraPositives(model, split, extraPositives) }
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

    /// Recalls, and precisions by a ground truth with more right captions.
    private struct WithPrecision: Encodable {
        let result: RetrievalResult
        let precision: PrecisionResult

        func encode(to encoder: any Encoder) throws {
            try result.encode(to: encoder)
            var values = encoder.container(keyedBy: Keys.self)
            try values.encode(precision, forKey: .precision)
        }

        private enum Keys: String, CodingKey { case precision = "extra_positives" }
    }

    private func runWithExtraPositives(_ model: RetrievalModel, _ split: RetrievalSplit, _ path: String) throws {
        let images = try ExtraPositives.read(path, split: split)
        let truth = try GroundTruth(imagesOfCaption: images, imageCount: split.imageCount)
        var precision = PrecisionAccumulator(truth: truth)
        let result = try RetrievalResult(ranks(model, split, in: nil) { try precision.add($1, block: $0) })
        let both = try WithPrecision(result: result, precision: precision.result())
        try json ? Terminal.printJSON(both) : print(both.result, both.precision, separator: "\n")
    }

    private func ranks(
        _ model: RetrievalModel, _ split: RetrievalSplit, in folder: String?,
        onBlock: (ScoreBlock, [Float]) throws -> Void = { _, _ in }
    ) throws -> RetrievalRanks {
        let precision = arithmetic.precision
        var state = try folder.map { try EvaluationProgress(folder: $0, model, split, in: precision) }
        // Begun before the scores are, to find out now, not after hours, whether there is a place for them.
        let matrix = try scores.map {
            try NumpyMatrixWriter(
                path: $0, rows: split.imageCount, columns: split.captions.count, isKept: state != nil,
                continuing: (state?.ranks.count ?? 0) > 0)
        }
        let encoding = ProgressMeter("encoding", unit: "captions")
        let evaluator = try Evaluator(
            model, split, in: precision, wordsFile: state?.wordsFile, progress: encoding.update)
        (model.limitNotices + evaluator.notices("captions")).forEach(Terminal.say)
        let scoring = ProgressMeter("scoring", unit: "pairs")
        let done = state?.ranks.count ?? 0
        scoring.begin(at: done, of: split.imageCount * split.captions.count)
        let ranks = try evaluator.ranks(continuing: state?.ranks, progress: scoring.update) {
            block, part, ranks in
            try matrix?.write(part, rows: block.images, columns: block.captions)
            try state?.save(ranks)
            try onBlock(block, part)
        }
        try matrix?.finish()
        return ranks
    }
}
