import Testing
import TextEncoding
import Torch
import TorchNN

@testable import RetrievalModels

/// A peer with random parameters, images and texts, and its equations in plain Doubles to hold it against.
struct FormulaCase<Scorer: PairScorer> {
    let scorer: Scorer
    let parameters: ParameterSet
    let images: ImageBatch
    let texts: TextBatch
    /// S of all pairs, images by rows, from the parameters and the raw items alone.
    let formula: (FormulaParameters, _ images: [FormulaImage], _ texts: [[[Double]]]) -> [[Double]]

    /// Whether the equations begin at tokens, else at joint words, which are checked elsewhere.
    private let beginsAtTokens: Bool

    /// - Parameters:
    ///   - lengths: Words of each text; as for the regions, some are padded together and some are not.
    ///   - vocabularySize: How many tokens there are, for a method that reads them.
    init<Configuration: ModelConfiguration>(
        _ configuration: Configuration, imageCount: Int = 3, regions: Int = 5,
        lengths: [Int] = [4, 1, 5, 8, 7], vocabularySize: Int = 20, beginsAtTokens: Bool = false,
        _ build: (ParameterScope, Configuration) throws -> Scorer,
        formula: @escaping (FormulaParameters, [FormulaImage], [[[Double]]]) -> [[Double]]
    ) throws {
        self.beginsAtTokens = beginsAtTokens
        (scorer, parameters) = try ParameterStore.initialize(seed: 3) { try build($0, configuration) }
        let generator = try Generator(seed: 8)
        // No parameter stays at a start like zero or one, where leaving it out would not show.
        for (_, tensor) in parameters.entries {
            try tensor.copy(from: tensor + Tensor.normal(tensor.shape, generator: generator) * 0.2)
        }
        for (_, tensor) in parameters.buffers {
            try tensor.copy(from: tensor + Tensor.uniform(tensor.shape, 0.2, 0.8, generator: generator))
        }
        try parameters.setRequiresGradient(true)
        images = try ImageBatch(
            regions: .normal([imageCount, regions, configuration.regionDimension], generator: generator),
            globals: .normal([imageCount, configuration.globalDimension], generator: generator),
            boxes: configuration.readsBoxes
                ? .uniform([imageCount, regions, 4], 0, 1, generator: Generator(seed: 9)) : nil,
            sceneTexts: configuration.sceneTokens > 0 ? Self.sceneTexts(imageCount, configuration.textDimension) : nil)
        let words = lengths.reduce(0, +)
        texts = try TextBatch(
            rows: configuration.readsTokens
                ? Tensor((0..<words).map { Int32($0 * 7 % vocabularySize) }, shape: [words, 1])
                : .normal([words, configuration.textDimension], generator: generator), lengths: lengths)
        self.formula = formula
    }

    /// Something is written in every other image.
    private static func sceneTexts(_ imageCount: Int, _ width: Int) throws -> SceneTexts {
        let images = Array(stride(from: 0, to: imageCount, by: 2))
        let lengths = images.map { 3 + $0 }
        let (tokens, generator) = (lengths.reduce(0, +), try Generator(seed: 10))
        return try SceneTexts(
            images: images, words: TextBatch(rows: .normal([tokens, width], generator: generator), lengths: lengths),
            boxes: .uniform([tokens, 4], 0, 1, generator: generator))
    }

    func scores(_ images: ImageBatch, _ texts: TextBatch) throws -> Tensor {
        try scorer.similarity(scorer.scorable(images, in: .fp32), scorer.scorable(texts, in: .fp32))
    }

    func images(_ places: [Int]) throws -> ImageBatch { try images.selecting(places) }

    /// S by the equations.
    private func expected(_ parameters: FormulaParameters, images: Range<Int>, texts: Range<Int>) throws -> [[Double]] {
        let regions = try images.map { try Plain.rows(self.images.regions.selected(0, $0)) }
        let globals = try Plain.rows(self.images.globals)
        let begin = self.texts.rows.shape[1] == 1 && !beginsAtTokens ? try scorer.project(self.texts) : self.texts
        let rows = try Plain.rows(begin.rows.to(.float32))
        let boxes = try images.map { image in try self.images.boxes.map { try Plain.rows($0.selected(0, image)) } }
        let scene = try images.map { image in
            try self.images.sceneTexts?.selecting([image]).map { text in
                zip(try Plain.rows(text.words.rows), try Plain.rows(text.boxes)).map { (word: $0, box: $1) }
            }
        }
        return formula(
            parameters,
            images.enumerated().map { place, image in
                FormulaImage(
                    regions: regions[place], global: globals[image], boxes: boxes[place] ?? [],
                    scene: scene[place] ?? [])
            },
            texts.map { Array(rows[self.texts.offsets[$0]..<self.texts.offsets[$0 + 1]]) })
    }

    func expectFormula() throws {
        let expected = try expected(
            FormulaParameters(parameters), images: 0..<images.count, texts: texts.lengths.indices)
        #expect(try Plain.distance(scores(images, texts), expected) < 1e-5)
        // Scores that hardly differ would agree with anything.
        let all = expected.flatMap(\.self)
        #expect((all.max() ?? 0) - (all.min() ?? 0) > 0.05)
    }

    func expectScoresOfPairsAlone() throws {
        let all = try Plain.rows(scores(images, texts))
        for image in 0..<images.count {
            for text in texts.lengths.indices {
                let alone = try scores(images([image]), texts.selecting([text])).item()
                #expect(abs(alone - all[image][text]) < 2e-6)
            }
        }
        let (rows, columns) = ([2, 0], [4, 1, 2])
        let few = try scores(images(rows), texts.selecting(columns))
        #expect(try Plain.distance(few, rows.map { row in columns.map { all[row][$0] } }) < 2e-6)
        let pieces = try rows.map { try scorer.scorable(images([$0]), in: .fp32) }
        let joined = try scorer.similarity(Scorer.joined(pieces), scorer.scorable(texts.selecting(columns), in: .fp32))
        #expect(try Plain.distance(joined - few, rows.map { _ in [0, 0, 0] }) < 2e-6)
    }

    /// An entry of every parameter against the slope of the equations.
    /// - Parameter idle: What parameters without influence are named by.
    func expectGradients(idle: (String) -> Bool = { _ in false }) throws {
        let (rows, columns) = (0..<1, 0..<2)
        let weights = [[0.7, -1.1]]
        func loss(_ parameters: FormulaParameters) throws -> Double {
            try zip(expected(parameters, images: rows, texts: columns), weights).map(Plain.dot).reduce(0, +)
        }
        let found = try scores(images(Array(rows)), texts.selecting(Array(columns)))
        try (found * Tensor(weights.flatMap { $0.map(Float.init) }, shape: [1, 2])).sum().backward()
        let own = try FormulaParameters(parameters)
        for (index, (name, tensor)) in parameters.entries.enumerated() {
            if idle(name), tensor.gradient == nil { continue }
            let gradient = try #require(tensor.gradient, "\(name)").array(Float.self)
            #expect(gradient.contains { abs($0) > 1e-6 } != idle(name), "\(name)")
            let entry = index * 31 % gradient.count
            let slope = try (loss(own.moving(name, entry, 1e-5)) - loss(own.moving(name, entry, -1e-5))) / 2e-5
            #expect(abs(Double(gradient[entry]) - slope) < 1e-4 * max(1, abs(slope)), "\(name)[\(entry)]")
        }
    }

    func expectLearning() throws {
        let pairs = Array(0..<images.count)
        let own = try texts.selecting(pairs)
        let scorer = scorer.whileTraining
        func loss() throws -> Tensor {
            let scores = try scorer.similarity(scorer.scorable(images, in: .fp32), scorer.scorable(own, in: .fp32))
            return try RetrievalLoss.triplet(scores, margin: 0.2, over: .hardest, reduction: .mean)
        }
        let before = try loss().item()
        let adam = try Adam([.init(parameters)])
        for _ in 0..<60 {
            try loss().backward()
            try adam.step(learningRate: 0.005)
        }
        #expect(try before > 0.05 && loss().item() < before / 2)
    }
}

/// An image's raw features.
struct FormulaImage {
    let regions: [[Double]]
    let global: [Double]
    /// Left, top, right, bottom of each region, where the method reads them.
    let boxes: [[Double]]
    /// Each token of what is written in it, and where, where the method reads it.
    var scene: [(word: [Double], box: [Double])] = []
}

/// A method's parameters by name.
struct FormulaParameters {
    private var values: [String: [Double]] = [:]

    init(_ parameters: ParameterSet) throws {
        for (name, tensor) in parameters.all {
            values[name] = try tensor.detached().array(Float.self).map(Double.init)
        }
    }

    subscript(_ name: String) -> [Double] { values[name] ?? [] }

    func moving(_ name: String, _ entry: Int, _ step: Double) -> Self {
        var moved = self
        moved.values[name]?[entry] += step
        return moved
    }

    /// W x + b.
    func layer(_ name: String, _ x: [Double]) -> [Double] {
        // A loop over memory: unoptimised, closures take ten times as long.
        var y = self[name + ".bias"]
        let (rows, columns) = (y.count, x.count)
        self[name + ".weight"].withUnsafeBufferPointer { weight in
            for row in 0..<rows {
                for column in 0..<columns { y[row] += weight[row * columns + column] * x[column] }
            }
        }
        return y
    }
}
