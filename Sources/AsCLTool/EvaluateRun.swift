import ArgumentParser
import ArrayFiles
import AsCLBase
import CommandLineOptions
import RetrievalData
import RetrievalEvaluation
import RetrievalModels

struct EvaluateRun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Evaluate a model (what `ascl evaluate` does by itself).")

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
            Only the scores of the i-th of n parts of the images, as i/n, or auto for the part that Slurm's job array or a \
            launcher such as torchrun gives (auto/n where it does not say how many); into the folder --output. \
            `ascl evaluate merge` ranks by all parts.
            """)
    var shard: ShardChoice?

    @Option(help: "With --shard: the folder that takes the part. All parts may share it.")
    var output: String?

    @Option(
        help: """
            A JSON file of further right captions, {"<image>": [captions, ...]}, by file name or number: adds R-Precision \
            and mAP@R, as ECCV Caption has them, to the recalls, which stay those of the data's own captions.
            """)
    var extraPositives: String?

    @Option(
        help: """
            For a model that costs a pass a pair: only the pairs that this cheaper model's checkpoint puts among a query's \
            best --shortlist-size are scored, and put into that order; all others stay behind, in the cheaper model's.
            """)
    var shortlistBy: String?

    @Option(help: "With --shortlist-by: how many of each query's best are scored. Default: 50.")
    var shortlistSize: Int?

    @Flag(help: "Print the result as JSON.")
    var json = false

    mutating func validate() throws {
        try options.expectCaptions()
        try ValidationError.expect(atLeast: 1, ["fold-images": foldImages, "shortlist-size": shortlistSize])
        guard shortlistBy != nil || shortlistSize == nil else {
            throw ValidationError("--shortlist-size needs --shortlist-by, the model that makes the shortlists")
        }
        if shortlistBy != nil,
            foldImages != nil || scores != nil || resumable != nil || extraPositives != nil || shard != nil
        {
            throw ValidationError(
                "--shortlist-by: leave out --fold-images, --scores, --resumable, --extra-positives and --shard")
        }
        if extraPositives != nil, foldImages != nil || resumable != nil {
            throw ValidationError("--extra-positives: leave out --fold-images and --resumable")
        }
        guard (shard == nil) == (output == nil) else {
            throw ValidationError("--shard and --output belong together: a part, and the folder that takes it")
        }
        if shard != nil, foldImages != nil || scores != nil || resumable != nil || extraPositives != nil || json {
            throw ValidationError(
                "--shard: leave out --fold-images, --scores, --resumable, --extra-positives and --json")
        }
        if foldImages != nil, scores != nil {
            throw ValidationError("--scores needs one whole matrix: leave out --fold-images")
        }
    }

    func run() throws {
        let shard = try shard?.shard()
        if let place = resumable ?? output { try Folder.expectPlace(for: place) }
        if let scores { try AtomicFile.expectPlace(for: scores) }
        let (model, split) = try options.open(on: compute.prepare(), in: arithmetic.precision)
        try Terminal.checkFeatures(split)
        if let shard, let output { return try runShard(shard, model, split, output) }
        if let shortlistBy { return try runReranking(model, split, by: shortlistBy) }
        if let extraPositives { return try runWithExtraPositives(model, split, extraPositives) }
        guard let foldImages else {
            let result = try RetrievalResult(ranks(model, split, in: resumable))
            // Of a picture's vectors each by itself, where what is written in it has one.
            let views =
                split.hasSceneText ? try model.otherViews.map { (name: $0, result: try self.result($1, split)) } : []
            if !views.isEmpty { return try show(WithViews(result: result, views: views)) }
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

    /// Recalls, and those by other vectors of the same model's.
    private struct WithViews: Encodable, CustomStringConvertible {
        let result: RetrievalResult
        let views: [(name: String, result: RetrievalResult)]

        var description: String {
            (["\(result)"] + views.map { "\nby \($0.name) vectors alone\n\($0.result)" }).joined(separator: "\n")
        }

        func encode(to encoder: any Encoder) throws {
            try result.encode(to: encoder)
            var values = encoder.container(keyedBy: Keys.self)
            try values.encode(Dictionary(uniqueKeysWithValues: views.map { ($0.name, $0.result) }), forKey: .views)
        }

        private enum Keys: String, CodingKey { case views }
    }

    private func show(_ found: WithViews) throws { try json ? Terminal.printJSON(found) : print(found) }

    private func result(_ model: RetrievalModel, _ split: RetrievalSplit) throws -> RetrievalResult {
        try RetrievalResult(Evaluator(model, split, in: arithmetic.precision).ranks())
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

    /// Recalls, and what of the pairs made them.
    private struct Reranked: Encodable, CustomStringConvertible {
        let result: RetrievalResult
        let reranking: Reranking
        let first: String

        var description: String { "\(reranking.description(of: first))\n\(result)" }

        func encode(to encoder: any Encoder) throws {
            try result.encode(to: encoder)
            var values = encoder.container(keyedBy: Keys.self)
            try values.encode(reranking, forKey: .shortlist)
        }

        private enum Keys: String, CodingKey { case shortlist }
    }

    private func runReranking(_ model: RetrievalModel, _ split: RetrievalSplit, by path: String) throws {
        let first = try RetrievalModel(checkpoint: path, device: model.device)
        try first.check(split, path: options.dataPath)
        let scoring = ProgressMeter("scoring", unit: "pairs")
        let reranking = try Reranking(
            by: evaluator(model, split, wordsFile: nil), of: Evaluator(first, split), size: shortlistSize ?? 50,
            progress: scoring.update)
        let both = try Reranked(result: RetrievalResult(reranking.ranks), reranking: reranking, first: path)
        try json ? Terminal.printJSON(both) : print(both)
    }

    private func runShard(_ shard: Shard, _ model: RetrievalModel, _ split: RetrievalSplit, _ folder: String) throws {
        var part = try EvaluationShard(folder: folder, shard, model, split, in: arithmetic.precision)
        guard !part.isFinished else { return Terminal.say("\(part.path) stands already; nothing to do") }
        let evaluator = try evaluator(model, split, wordsFile: part.wordsFile)
        let scoring = ProgressMeter("scoring", unit: "pairs")
        var hasBegun = false
        try part.run(evaluator) {
            hasBegun ? scoring.update($0, of: $1) : scoring.begin(at: $0, of: $1)
            hasBegun = true
        }
        print("images \(part.images.lowerBound) to \(part.images.upperBound - 1) of \(split.imageCount): \(part.path)")
    }

    private func evaluator(
        _ model: RetrievalModel, _ split: RetrievalSplit, wordsFile: String?
    ) throws -> Evaluator {
        let encoding = ProgressMeter("encoding", unit: "captions")
        let evaluator = try Evaluator(
            model, split, in: arithmetic.precision, wordsFile: wordsFile, progress: encoding.update)
        (model.limitNotices + evaluator.notices("captions")).forEach(Terminal.say)
        return evaluator
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
        let evaluator = try evaluator(model, split, wordsFile: state?.wordsFile)
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
