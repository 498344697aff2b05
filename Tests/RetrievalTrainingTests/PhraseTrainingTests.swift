import AsCLBase
import CaptionGraphs
import Foundation
import RetrievalData
import RetrievalFixtures
import RetrievalModels
import Testing
import TextEncoding
import Torch

@testable import RetrievalTraining

/// Trainings that learn from phrases: UNITER+DG and TAGS-DC.
@Suite struct PhraseTrainingTests {
    private static let captions = [
        "a small cat runs", "the cat sleeps near a tree", "a small dog runs", "two dogs", "a cat runs", "the red ball",
        "a large dog sleeps", "a red boat", "a blue boat near the house", "two cats", "a dog runs near the tree",
        "the horse jumps",
    ]

    private static func training(_ method: String, _ overrides: String...) throws -> TinyTraining {
        var training = try TinyTraining()
        try TinyWordNet.write(to: training.folder)
        try training.folder.write(captions.joined(separator: "\n") + "\n", to: "test_caps.txt")
        try training.reopen()
        try training.configuration.apply(
            overrides: [
                "model.method=\(method)", "model.joint_dimension=8", "model.heads=2", "model.layers=2",
                "model.max_tokens=12", "loss.positives=false", "loss.negatives=false", "loss.kind=mined",
                "loss.pool=4", "loss.kept=2", "pretraining.dictionary=0", "model.dropout=0",
                "refill.least_accuracy=0", "graph.wordnet=\(training.folder.path)/wordnet",
            ] + overrides)
        return training
    }

    private static func model(_ training: TinyTraining, seed: UInt64 = 1) throws -> RetrievalModel {
        let encoder = try TextEncoder(directory: training.folder.path + "/bert")
        let phrases = try Phrases(training.configuration, training.split)
        return try RetrievalModel(
            training.configuration.modelConfiguration(for: training.split, encoder, phrases: phrases.texts),
            textEncoder: encoder, seed: seed)
    }

    private static func loss(_ training: TinyTraining, _ model: RetrievalModel) throws -> BatchLoss {
        try BatchLoss(
            configuration: training.configuration, samples: training.samples(model),
            phrases: PhraseSamples(Phrases(training.configuration, training.split), model, training.split))
    }

    /// In a process of its own, since dropout draws from the process's generator.
    @Test(arguments: ["uniter_dg", "tags_dc"])
    func `a run ends alike, interrupted or not`(_ method: String) async {
        await #expect(processExitsWith: .success) { [method = method as String] in
            let training = try Self.training(
                method, "training.epochs=3", "pretraining.epochs=1", "model.dropout=0.2")
            let whole = try Self.model(training)
            let outcome = try training.trainer(whole).run(in: training.output("whole"))
            for step in 1...9 {
                let folder = try RunFolder(
                    claiming: training.folder.path + "/parts", existing: step == 1 ? .refuse : .resume)
                let model = try Self.model(training, seed: UInt64(step == 1 ? 1 : 100 + step))
                let part = try training.trainer(model).run(in: folder, isStopping: { true })
                #expect(part == (step < 9 ? .stopped : outcome))
            }
            for file in ["model.safetensors", "optimizer.safetensors", "trainer.json"] {
                #expect(try training.folder.data("whole/" + file) == training.folder.data("parts/" + file), "\(file)")
            }
            #expect(try training.log("whole") == training.log("parts"))
        }
    }

    @Test func `the log tells tasks, graph and ranking apart`() throws {
        let training = try Self.training(
            "uniter_dg", "training.epochs=4", "pretraining.epochs=1", "graph.epochs=2", "pretraining.matching=0",
            "pretraining.regions=0")
        let model = try Self.model(training)
        _ = try training.trainer(model).run(in: training.output("run"))
        let steps = try training.log("run").filter { $0["loss"] != nil }
            .map { $0.keys.filter { $0.hasPrefix("loss_") }.sorted() }
        #expect(steps[0..<3].allSatisfy { $0 == ["loss_words"] })
        #expect(steps[3..<9].allSatisfy { $0 == ["loss_links", "loss_match", "loss_specificity"] })
        #expect(steps[9..<12].allSatisfy { $0 == ["loss_captions", "loss_images"] } && steps.count == 12)
        // The schedule begins anew in each.
        let rates = try training.log("run").compactMap { $0["learning_rate"] }
        #expect(rates.count == 12 && rates[0] == rates[3] && rates[3] == rates[9])
    }

    @Test func `a step visits its captions and as many phrases as an epoch wants of it`() throws {
        let training = try Self.training("uniter_dg")
        let model = try Self.model(training)
        let phrases = try Phrases(training.configuration, training.split)
        let samples = try PhraseSamples(phrases, model, training.split)
        let graph = try #require(phrases.graph)
        let wanted = try #require(graph.visits().upTo.last) / 12 * 4
        var generator = SeededGenerator(seed: 5)
        var related = 0
        for _ in 0..<40 {
            let visits = samples.visits([0, 3, 5, 8], &generator)
            #expect(visits.prefix(4).map(\.text) == [.caption(0), .caption(3), .caption(5), .caption(8)])
            #expect(visits.count == 4 + Int(wanted.rounded()) && wanted > 2)
            for visit in visits {
                func node(_ text: PhraseSamples.Text) throws -> Int32 {
                    switch text {
                    case .node(let node): return node
                    case .caption(let caption): return try #require(graph.nodeOfCaption[caption])
                    }
                }
                let own = try node(visit.text)
                #expect(graph.holds(own, image: visit.image))
                if let image = visit.wrongImage { #expect(!graph.holds(own, image: image)) }
                if let text = visit.wrongText {
                    #expect(try !graph.holds(node(text), image: visit.image))
                    let other = try node(text)
                    if graph.parents[Int(own)].contains(where: { graph.isEdge($0, other) }) { related += 1 }
                }
                if let parent = visit.parent { #expect(try graph.isEdge(node(parent), own)) }
            }
        }
        #expect(related > 20)
    }

    /// Half of the pool is what the graph has near a caption.
    @Test func `pools hold relatives, none of the image itself`() throws {
        let training = try Self.training("uniter_dg")
        let (model, split) = (try Self.model(training), training.split)
        let loss = try Self.loss(training, model)
        let phrases = try #require(loss.phrases)
        var generator = SeededGenerator(seed: 2)
        var found = 0
        for caption in split.captions.indices {
            let relatives = phrases.relatives(of: caption, 2, &generator)
            found += relatives.count
            #expect(relatives.allSatisfy { split.imageOfCaption[$0] != split.imageOfCaption[caption] })
        }
        #expect(found > 12)
        // Against scores of single pairs, the same chance drawn again.
        var (one, again) = (SeededGenerator(seed: 9), SeededGenerator(seed: 9))
        let value = try loss([0], of: model.scorer, epoch: 9, &one)
        let relatives = phrases.relatives(of: 0, 2, &again)
        let (images, captions) = (
            again.distinct(4, below: 6, without: 0..<1), again.distinct(4, below: 12, without: 0..<2)
        )
        func pool(_ first: [Int], _ others: [Int]) -> [Int] {
            Array((first + others.filter { !first.contains($0) }).prefix(4))
        }
        func sigma(_ image: Int, _ caption: Int) throws -> Double {
            try Self.score(model.scorer, model, split, image, caption)
        }
        func hinges(_ scores: [Double]) throws -> Double {
            try scores.sorted(by: >).prefix(2).map { try max(0, 0.2 + $0 - sigma(0, 0)) }.reduce(0, +) / 2
        }
        var seen: Set<Int> = []
        let own = relatives.map { split.imageOfCaption[$0] }.filter { seen.insert($0).inserted }
        let expected = try [
            hinges(pool(own, images).map { try sigma($0, 0) }),
            hinges(pool(relatives, captions).map { try sigma(0, $0) }),
        ]
        #expect(value.parts.map(\.name) == ["captions", "images"] && !relatives.isEmpty)
        for (part, expected) in zip(value.parts, expected) { #expect(try abs(part.value.item() - expected) < 1e-5) }
    }

    private static func score(
        _ scorer: some PairScorer, _ model: RetrievalModel, _ split: RetrievalSplit, _ image: Int, _ caption: Int
    ) throws -> Double {
        let tokens = try model.tokenize([split.captions[caption]]).map(\.ids)
        return try scorer.similarity(
            scorer.scorable(model.images(split, [image]), in: .fp32), scorer.scorable(model.encode(tokens), in: .fp32)
        ).sigmoid().item()
    }

    @Test(arguments: ["mined", "contrastive"])
    func `what is written adds to the loss by its weights`(_ kind: String) throws {
        let training = try Self.training(
            "tags_dc", "refill.words=0.3", "refill.sentences=0.5", "refill.discrimination=0.7", "refill.correction=0.2",
            "loss.kind=\(kind)")
        let model = try Self.model(training)
        var generator = SeededGenerator(seed: 2)
        let value = try Self.loss(training, model)([0, 4, 8, 10], of: model.scorer, epoch: 9, &generator)
        let mined = ["captions", "images"], added = ["words", "sentences", "discrimination", "correction"]
        #expect(value.parts.map(\.name) == (kind == "mined" ? mined : ["captions"]) + added)
        let weights = (kind == "mined" ? [1, 1] : [1]) + [0.3, 0.5, 0.7, 0.2]
        let sum = try zip(weights, value.parts).map { try $0 * $1.value.item() }.reduce(0, +)
        #expect(try abs(value.sum.item() - sum) < 1e-5)
    }

    @Test func `units are places among a caption's tokens`() throws {
        let training = try Self.training("tags_dc")
        let model = try Self.model(training)
        let phrases = try Phrases(training.configuration, training.split)
        let samples = try PhraseSamples(phrases, model, training.split)
        // [CLS] a small cat runs [SEP]
        #expect(try samples.places(ofUnitsIn: 0, 6) == [[2], [3], [4]])
        // Cut after "small": what is not there is no unit.
        #expect(try samples.places(ofUnitsIn: 0, 4) == [[2]])
        // Without a unit every word is one; without a word nothing is.
        let bare = try PhraseSamples(
            Phrases(TrainingConfiguration(), training.split), model, training.split)
        #expect(try bare.places(ofUnitsIn: 3, 4) == [[1], [2]] && bare.places(ofUnitsIn: 3, 2).isEmpty)
    }

    @Test func `words are guessed before anything is written, which is told`() throws {
        let training = try Self.training("tags_dc", "training.epochs=2", "pretraining.epochs=1")
        let model = try Self.model(training)
        var notices: [String] = []
        func keep(_ event: TrainingEvent) {
            if case .notice(let line) = event { notices.append(line) }
        }
        _ = try training.trainer(model).run(in: training.output("run"), onEvent: keep)
        let told = notices.filter { $0.contains(" masked words of 12 validation captions: ") }
        #expect(told.count == 1 && told[0].contains("guessed right with the picture"))
        let log = try training.log("run")
        let place = try #require(log.firstIndex { $0["words_right"] != nil })
        #expect(log[place]["step"] == 4 && log[place]["words_right_without_picture"] != nil)
        #expect(log[place...].contains { $0["loss_correction"] != nil })
        #expect(log[..<place].allSatisfy { $0["loss_correction"] == nil })
        #expect(try model.parameters.dictionary["heads.refills_begun"]?.item() == 1)
    }

    @Test func `too few words guessed right end the run before anything is written`() throws {
        let training = try Self.training(
            "tags_dc", "training.epochs=2", "pretraining.epochs=1", "refill.least_accuracy=1")
        let model = try Self.model(training)
        let error = #expect(throws: TrainingError.self) {
            try training.trainer(model).run(in: training.output("run"))
        }
        let line = error?.description ?? ""
        #expect(line.hasPrefix("after step 3: masked words: expected 100.0 % of them guessed right with the picture"))
        #expect(try training.log("run").allSatisfy { $0["loss_sentences"] == nil })
    }

    @Test(arguments: ["uniter_dg", "tags_dc"])
    func `without WordNet there are no phrases, and a line says how to get it`(_ method: String) throws {
        let training = try Self.training(method, "graph.wordnet=/nowhere")
        let error = #expect(throws: InputError.self) { try Phrases(training.configuration, training.split) }
        #expect(
            error?.description
                == "/nowhere: WordNet: expected index.noun and its neighbours, found none; `apt install wordnet-base` brings "
                + "them to /usr/share/wordnet, graph.wordnet names another folder")
    }

    @Test func `a graph's files serve in place of WordNet`() throws {
        let training = try Self.training("uniter_dg", "training.epochs=1")
        let names = training.split.captionsOfImage.enumerated().map { image, captions in
            (name: "\(image)", captions: captions.map { training.split.captions[$0] })
        }
        let made = try DenotationGraph.making(
            of: names, wordNet: WordNet(folder: training.folder.path + "/wordnet")
        ).graph
        try made.write(to: training.folder.path + "/graph")
        var other = training
        try other.configuration.apply(
            overrides: ["graph.path=\(training.folder.path)/graph", "graph.wordnet=/nowhere"])
        let (own, read) = try (
            Phrases(training.configuration, training.split), Phrases(other.configuration, training.split)
        )
        #expect(own.texts == read.texts && own.graph?.parents == read.graph?.parents)
        #expect(read.notices.first?.hasPrefix("graph: \(training.folder.path)/graph, ") == true)
    }

    @Test func `a run begins with another's weights`() throws {
        var training = try Self.training("uniter", "training.epochs=1", "pretraining.epochs=1")
        training.configuration.textEncoder.path = training.folder.path + "/bert"
        func run() throws -> TrainingRun {
            try TrainingRun(
                training.configuration, (training.split, training.split), path: "data", device: .cpu)
        }
        let first = try run()
        #expect(first.notices.isEmpty)
        _ = try first.trainer().run(in: training.output("base"))
        try training.configuration.apply(
            overrides: [
                "model.method=uniter_dg", "pretraining.epochs=0", "graph.epochs=1",
                "model.from=\(training.folder.path)/base",
            ])
        let second = try run()
        let (base, own) = (try values(first.model), try values(second.model))
        #expect(own["joint.encoder.layer.1.output.dense.weight"] == base["joint.encoder.layer.1.output.dense.weight"])
        #expect(second.notices.count == 1)
        #expect(second.notices[0].hasSuffix("begin afresh: heads.link.bias, heads.link.weight"))
        #expect(try second.trainer().run(in: training.output("run")) != .stopped)
    }

    @Test func `images of one caption are told`() throws {
        var training = try Self.training("uniter_dg")
        try training.data.redrawnCaptions(1, in: training.folder)
        try training.reopen()
        let notices = try Phrases(training.configuration, training.split).notices
        #expect(notices.contains("graph: 6 images of one caption, which share phrases with others alone"))
    }

    @Test(arguments: [
        (
            ["model.method=uniter_dg", "graph.epochs=0"],
            "graph.epochs: expected at least 1, or loss.kind mined, as uniter_dg learns from a graph, found 0"
        ),
        (
            ["model.method=uniter_dg", "graph.epochs=3", "pretraining.epochs=1", "training.epochs=3"],
            "graph.epochs: expected at most 2, what pretraining leaves of training.epochs, found 3"
        ),
        (
            ["model.method=tags_dc", "refill.kept=17"],
            "refill.kept: expected at most maskings times draws, 16, found 17"
        ),
        (
            ["model.method=tags_dc", "training.micro_batch_size=4", "model.dropout=0"],
            "training.micro_batch_size: expected 0, as steps of tags_dc have passes of their own, found 4"
        ),
        (
            ["model.method=uniter", "pretraining.epochs=1", "training.micro_batch_size=4", "model.dropout=0"],
            "training.micro_batch_size: expected 0, as steps of uniter have passes of their own, found 4"
        ),
        (
            ["model.method=tags_dc", "training.word_dropout=0.1"],
            "training.word_dropout: expected 0, as tasks, mined pairs and keys leave nothing out, found 0.1"
        ),
    ])
    func `settings that exclude each other are refused`(_ overrides: [String], _ line: String) {
        var configuration = TrainingConfiguration()
        let error = #expect(throws: TrainingError.self) { try configuration.apply(overrides: overrides) }
        #expect(error?.description.hasSuffix(line) == true, "\(error?.description ?? "")")
    }

    @Test func `processes cannot share such steps`() throws {
        for method in ["uniter_dg", "tags_dc"] {
            var configuration = TrainingConfiguration()
            try configuration.apply(overrides: ["model.method=\(method)", "model.dropout=0"])
            let error = #expect(throws: TrainingError.self) { try configuration.check(sharedBy: 2) }
            #expect(error?.description.contains("expected one process") == true)
        }
    }
}

extension TinyTraining {
    /// Reads the data anew.
    mutating func reopen() throws { split = try Dataset(path: folder.path).split("test") }
}

extension TinyData {
    /// Writes captions of which each image has so many.
    func redrawnCaptions(_ count: Int, in folder: ScratchFolder) throws {
        let captions = (0..<images * count).map { ["a cat runs", "a dog runs"][$0 % 2] }
        try folder.write(captions.joined(separator: "\n") + "\n", to: "test_caps.txt")
    }
}
