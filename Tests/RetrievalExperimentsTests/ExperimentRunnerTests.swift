import ArrayFiles
import AsCLBase
import Foundation
import RetrievalData
import RetrievalEvaluation
import RetrievalFixtures
import RetrievalModels
import RetrievalTraining
import Synchronization
import Testing
import TextEncoding

@testable import RetrievalExperiments

@Suite struct ExperimentRunnerTests {
    @Test func `a result is what the saved model comes to, and a second call computes nothing`() throws {
        let world = try World()
        let runner = try world.run([.full, .withoutSamples], seeds: 0..<2)
        let found = try #require(try result(runner, .full, seed: 1))
        let model = try RetrievalModel(checkpoint: world.output + "/runs/full/seed1")
        let evaluator = try Evaluator(model, runner.splits.test, in: .int16)
        #expect(found.ranks == (try evaluator.ranks()))
        #expect(found.geometry == (try evaluator.geometry(.uniform)))
        #expect(found.plainGeometry == (try evaluator.geometry(.absent)))
        #expect(found.seed == 1)
        #expect(try result(runner, .full, seed: 0)?.ranks != found.ranks)

        var lines: [String] = []
        #expect(
            try world.runner(report: { lines.append($0) }).run([.full, .withoutSamples], seeds: 0..<2) == .complete)
        #expect(lines.isEmpty)
    }

    @Test func `the same seed gives the same result in another folder`() throws {
        let (one, other) = (try World(), try World())
        let first = try #require(try result(one.run([.full]), .full))
        #expect(try result(other.run([.full]), .full)?.ranks == first.ranks)
    }

    @Test func `every experiment's variants fit together, and equal ones are one run`() throws {
        let runner = try World().runner()
        for variant in Experiment.allCases.flatMap(\.variants) {
            #expect(throws: Never.self) { try variant.configuration(runner.base, seed: 0) }
        }
        #expect(try runner.name(of: .noise("mixture", level: "words")) == "full")
        #expect(try runner.name(of: Variant.positives[2]) == "full")
        #expect(
            try runner.name(of: .noise("shuffle", level: "words"))
                == runner.name(of: .noise("shuffle", level: "embeddings")))
        let names = try Set(Experiment.allCases.flatMap(\.variants).map(runner.name))
        let configurations = try Set(
            Experiment.allCases.flatMap(\.variants).map {
                try "\($0.isTrained) " + $0.configuration(runner.base, seed: 0).yaml()
            })
        #expect(names.count == configurations.count)
    }

    @Test func `every method trains, baselines with GRU words too`() throws {
        let world = try World()
        let methods = ["encoder", "gru"].flatMap(Variant.searched).map { $0[0] }.filter { $0 != .full }
        #expect(methods.count == 15)
        let runner = try world.run(methods)
        for method in methods {
            let found = try #require(try result(runner, method), "\(method.name)")
            #expect(found.geometry == nil)
            #expect(found.ranks.imageToText.count == 24)
        }
    }

    @Test(arguments: ["encoder", "gru"])
    func `a best recipe is one of those that were tried of every method alike`(_ words: String) throws {
        let base = try World().base
        let searched = Variant.searched(words: words)
        // What a recipe changes of the method's first one, for all methods but AsCL, whose first is its paper's.
        let changes = searched.filter { $0[0] != .full }.map { recipes in
            recipes.map { Set($0.overrides).subtracting(recipes[0].overrides) }
        }
        #expect(Set(changes).count == 1 && searched.allSatisfy { $0.count == Recipe.candidates.count })
        let compared = Variant.compared(words: words)
        let tried = try Set((searched.flatMap(\.self) + [.full]).map { try $0.configuration(base, seed: 0).yaml() })
        for variant in compared where variant.name.hasSuffix("-best") && variant.name != "full-best" {
            #expect(try tried.contains(variant.configuration(base, seed: 0).yaml()), "\(variant.name)")
        }
        // DIME has no GRU.
        #expect(
            compared.count == 3 + (words == "gru" ? 3 * 7 : 3 * 8 + Variant.ofTwoPhases.count + 1)
                && Set(compared.map(\.name)).count == compared.count)
    }

    @Test func `a run that cannot be finished is written down and the rest goes on`() throws {
        let world = try World()
        let runner = try world.run([World.diverging, .full])
        guard case .failed(let reason) = try runner.outcome(World.diverging, seed: 0) else {
            Issue.record("expected a failure")
            return
        }
        #expect(reason.contains("loss: expected a finite number"))
        #expect(try result(runner, .full) != nil)

        var lines: [String] = []
        let again = try world.runner(report: { lines.append($0) })
        _ = try again.run([World.diverging], seeds: 0..<1)
        #expect(lines.isEmpty)
        _ = try again.run([World.diverging], seeds: 0..<1, retrying: true)
        #expect(lines.first == "run 1 of 1: diverging, seed 0")
    }

    @Test func `runs may each have a process of their own, of which one dies`() throws {
        let world = try World()
        let alone = try world.runner()
        var started: [String] = []
        let runner = try world.runner(launch: { name, seed, isFirst, deadline in
            started.append("\(name)/\(seed) \(isFirst)")
            guard name != "full" else { return .killed(signal: SIGKILL) }
            try alone.runAlone(name, seed: seed, retrying: false, checkingBudget: isFirst, until: deadline)
            return .exited(0)
        })
        #expect(try runner.run([.full, .withoutSamples], seeds: 0..<1) == .complete)
        #expect(started == ["full/0 true", "without-samples/0 false"])
        guard case .failed(let reason) = try runner.outcome(.full, seed: 0) else {
            Issue.record("expected a failure")
            return
        }
        #expect(reason == "its process was ended by signal 9, out of memory?")
        #expect(try result(runner, .withoutSamples) != nil)
        let refusing = try world.runner(launch: { _, _, _, _ in .exited(1) })
        #expect(throws: ExperimentError.ended(status: 1)) { try refusing.run([.withoutSamples], seeds: 1..<2) }
        let interrupted = try world.runner(launch: { _, _, _, _ in .exited(130) })
        #expect(throws: ExperimentError.interrupted(signal: 2)) {
            try interrupted.run([.withoutSamples], seeds: 1..<2)
        }
    }

    @Test func `a budget too small for one run is refused before anything is trained`() throws {
        let world = try World()
        var slow = world
        slow.base.training.epochs = 1_000_000
        let runner = try slow.runner()
        let error = #expect(throws: ExperimentError.self) {
            try runner.run([.full], seeds: 0..<1, until: .now.addingTimeInterval(5))
        }
        #expect("\(try #require(error))".hasPrefix("--budget: expected at least "))
        #expect(!FileManager.default.fileExists(atPath: world.output + "/runs/full/seed0/training.yaml"))
    }

    @Test func `a run cut short goes on to the result that it would have had`() throws {
        let (whole, pieces) = (try World(), try World())
        let expected = try #require(try result(whole.run([.full]), .full))
        // The deadline lies within the training: checked after every step.
        let runner = try pieces.runner()
        let trained = pieces.output + "/runs/full/seed0"
        let model = try RetrievalModel(
            Variant.full.configuration(runner.base, seed: 0).modelConfiguration(
                for: runner.splits.train, .init(directory: runner.base.textEncoder.path)),
            textEncoder: .init(directory: runner.base.textEncoder.path), seed: 0)
        let configuration = try Variant.full.configuration(runner.base, seed: 0)
        let known = try WordSource(model, samplesOf: runner.splits.train, in: runner.folder.words) { _, _ in }
        let trainer = try Trainer(
            configuration, model: model, train: runner.splits.train, validation: runner.splits.validation,
            words: known)
        let folder = try RunFolder(claiming: trained, existing: .refuse)
        try Data(configuration.yaml().utf8).write(to: URL(fileURLWithPath: trained + "/training.yaml"))
        #expect(try trainer.run(in: folder, isStopping: { true }) == .stopped)
        #expect(try runner.outcome(.full, seed: 0) == nil)
        #expect(try runner.run([.full], seeds: 0..<1) == .complete)
        #expect(try result(runner, .full)?.ranks == expected.ranks)
    }

    @Test func `words that would fill the disk are encoded as they come, and it is said`() throws {
        let world = try World()
        var lines: [String] = []
        var runner = try world.runner(report: { lines.append($0) })
        runner.mostWordBytes = 100
        #expect(try runner.run([.full], seeds: 0..<1) == .complete)
        #expect(
            lines.contains { $0.hasSuffix("of captions and positives are encoded as they come, not once for all runs") }
        )
        // What is left are the words of the test split's captions and of the probe's.
        let found = try result(runner, .full)
        let other = try World()
        #expect(try found?.ranks == result(other.run([.full]), .full)?.ranks)
        func files(_ world: World) throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: world.output + "/words").count { $0.hasSuffix(".npy") }
        }
        #expect(try files(world) == files(other) - 1)
    }

    @Test func `one encodes the words of all runs while others wait`() throws {
        let world = try World()
        let runner = try world.runner()
        let configuration = try Variant.full.configuration(runner.base, seed: 0)
        let encoder = try TextEncoder(directory: runner.base.textEncoder.path)
        let model = try RetrievalModel(
            configuration.modelConfiguration(for: runner.splits.train, encoder), textEncoder: encoder, seed: 0)
        // Whoever holds the folder encodes: nobody else begins before it lets go.
        let lock = try #require(try FolderLock(runner.folder.words, isWaiting: false))
        let done = DispatchSemaphore(value: 0)
        let waiting = Mutex<Result<WordSource?, any Error>?>(nil)
        nonisolated(unsafe) let own = runner
        Thread.detachNewThread {
            let words = Result { try own.words(model, configuration) }
            waiting.withLock { $0 = words }
            done.signal()
        }
        _ = try WordSource(model, samplesOf: runner.splits.train, in: runner.folder.words) { _, _ in
            #expect(waiting.withLock { $0 == nil })
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: runner.folder.words)
        #expect(waiting.withLock { $0 == nil }, "it waits for the folder")
        lock.release()
        done.wait()
        #expect(try waiting.withLock { try $0?.get() } != nil)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: runner.folder.words) == files, "nothing encoded anew")
    }

    @Test func `a run that another process is at is left to it`() throws {
        let world = try World()
        let alone = try world.runner()
        let runner = try world.runner(launch: { name, seed, _, _ in
            try alone.runAlone(name, seed: seed, retrying: false, checkingBudget: false, until: .distantFuture)
            return .exited(0)
        })
        let lock = try FolderLock(world.output + "/runs/full/seed0", isWaiting: false)
        #expect(lock != nil)
        // The time is up already: one run is begun all the same, and nobody waits for the other process.
        let end = try withExtendedLifetime(lock) {
            try runner.run([.full, .withoutSamples], seeds: 0..<1, until: .distantPast)
        }
        #expect(end == .outOfTime(left: 1))
        #expect(try runner.outcome(.full, seed: 0) == nil)
        #expect(try result(runner, .withoutSamples) != nil)
    }

    @Test func `a run that another process took first is not waited for`() throws {
        let world = try World()
        let alone = try world.runner()
        var started: [String] = []
        var other: FolderLock?
        let runner = try world.runner(launch: { name, seed, _, _ in
            started.append(name)
            // Between its being found free and this, another process takes the first run, and keeps it for a while.
            if started.count == 1 { other = try FolderLock(world.output + "/runs/full/seed0", isWaiting: false) }
            if started.count == 2 { other = nil }
            try alone.runAlone(name, seed: seed, retrying: false, checkingBudget: false, until: .distantFuture)
            return .exited(0)
        })
        #expect(try runner.run([.full, .withoutSamples], seeds: 0..<1) == .complete)
        #expect(other == nil)
        #expect(started == ["full", "without-samples", "full"])
        #expect(try result(runner, .full) != nil)
    }

    @Test func `what validation leaves of its split is reported, with its own cases`() throws {
        let world = try World()
        var base = world.base
        try base.apply(overrides: ["data.validation_split=test", "data.validation_images=5"])
        let dataset = try Dataset(path: world.folder.path)
        let splits = try ExperimentSplits(base, dataset, test: "test")
        let whole = try dataset.split("test")
        #expect(splits.validation.captions == Array(whole.captions.prefix(10)))
        #expect(splits.test.captions == Array(whole.captions.dropFirst(10)))
        #expect(try ExperimentSplits(base, dataset, test: "test", testImages: 3).test.imageCount == 3)
        let error = #expect(throws: InputError.self) {
            try ExperimentSplits(base, dataset, test: "test", testImages: 20)
        }
        #expect(
            "\(try #require(error))".hasSuffix(
                "images of test that do not choose checkpoints: expected at most 19, found 20"))
        try [
            ProbeCase(image: 6, right: "a", wrong: "b", type: .detail),
            .init(image: 2, right: "a", wrong: "b", type: .detail),
        ]
        .write(to: world.folder.path + "/test_probe.json")
        #expect(try ExperimentSplits(base, dataset, test: "test").probe.map(\.image) == [1])
    }

    @Test func `a pretrained pair is evaluated untrained, and trained as a run of its own`() throws {
        var world = try World()
        try TinyPretrained.write(.clip, to: world.folder.path + "/clip")
        for (name, images) in [("train", 8), ("val", 4), ("test", 24)] {
            var data = TinyData(images: images, captionsPerImage: 2)
            data.globalDimension = TinyPretrained.projection(.clip)
            try data.write(name, to: world.folder)
        }
        try world.base.apply(overrides: ["text_encoder.path=\(world.folder.path)/clip"])
        let variants = Variant.beside(.clip).filter { ["clip-untrained", "clip", "mixed"].contains($0.name) }
        var runner = try world.runner()
        runner.collections = [24]
        _ = try runner.run(variants + [.full], seeds: 0..<1)
        let results = try variants.map { try #require(try result(runner, $0)) }
        #expect(results.map(\.epoch) == [0, 1, 1])
        #expect(results[0].trainingSeconds == 0 && results[0].ranks != results[1].ranks)
        let report = try ExperimentReport(
            "clip", of: runner, Experiment.named("clip", for: world.base), seeds: 1, command: "ascl experiment clip")
        let table = try #require(
            report.sections().first?.blocks.compactMap { if case .table(let t) = $0 { t } else { nil } })
        #expect(table[0].markdown.contains("| CLIP, untrained "))
        // Its vectors are a first stage of AsCL's on its own patches.
        #expect(try runner.study([.clip], seeds: 0..<1, until: .distantFuture))
        #expect(Experiment.clip.firstStages.map(\.name) == ["clip"])
        for variant in Experiment.clip.firstStages {
            let study = try #require(try runner.firstStageStudy(variant, seed: 0))
            #expect(study.cost?.searches.count == 1)
        }
        let error = #expect(throws: InputError.self) { try Experiment.named("siglip", for: world.base) }
        #expect("\(try #require(error))".hasSuffix("text_encoder.path: expected the folder of a siglip, found a clip"))
    }

    @Test func `equal time is more epochs where steps are cheaper`() throws {
        var base = TrainingConfiguration()
        try base.apply(overrides: ["training.epochs=3"])
        let epochs = try Variant.ablationsAtEqualTime.map { try $0.configuration(base, seed: 0).training.epochs }
        #expect(epochs[0] == 3 && epochs.dropFirst().allSatisfy { $0 > 3 })
    }

    @Test func `what is pre-trained learns by tasks before, and then as long as others`() throws {
        var base = TrainingConfiguration()
        try base.apply(overrides: ["training.epochs=3"])
        let configuration = try Variant.uniter.configuration(base, seed: 4)
        #expect(configuration.training.epochs == 33 && configuration.pretraining.epochs == 30)
        #expect(configuration.training.seed == 4 && configuration.loss.kind == .mined)
        for variant in Variant.ofTwoPhases {
            #expect(try variant.configuration(base, seed: 0).pretraining.epochs == 30, "\(variant.name)")
        }
        #expect(try Variant.full.configuration(base, seed: 0).pretraining.epochs == 0)
        for variant in [Variant.lexlip, .cots] {
            let keyed = try variant.configuration(base, seed: 0)
            #expect(keyed.pretraining.epochs == 30 && keyed.loss.kind == .momentum)
        }
        // Without a warm-up they learn next to nothing.
        for variant in [Variant.cots, .soho] {
            #expect(try variant.configuration(base, seed: 0).loss.warmupEpochs == 5, "\(variant.name)")
        }
    }

    @Test(arguments: ["train", "val"])
    func `a split that has had a part in training is not reported`(split: String) throws {
        let world = try World()
        let dataset = try Dataset(path: world.folder.path)
        let error = #expect(throws: InputError.self) { try ExperimentSplits(world.base, dataset, test: split) }
        #expect(
            "\(try #require(error))".hasSuffix(
                "split: expected one that neither trains nor chooses checkpoints, found \(split)"))
    }
}
