import AsCLBase
import Foundation
import RetrievalEvaluation
import RetrievalFixtures
import RetrievalModels
import RetrievalTraining
import Testing

@testable import RetrievalExperiments

/// Table 1: a row of every system of the paper.
@Suite struct TableOneTests {
    /// Grids are square, and captions can be taken apart.
    private func world() throws -> World {
        var world = try World(regions: 4)
        try TinyWordNet.write(to: world.folder)
        try world.base.apply(overrides: [
            "graph.wordnet=\(world.folder.path)/wordnet", "refill.least_accuracy=0", "pretraining.dictionary=4",
        ])
        return world
    }

    @Test func `every system has its row, its recalls and what a pair costs`() throws {
        let world = try world()
        let runner = try world.runner()
        #expect(try runner.run([.table1], seeds: 1) == .complete)
        let methods = try Set(
            Variant.tableOne.map { try $0.configuration(world.base, seed: 0).model.method })
        let wanted: Set<Method> = [
            .ascl, .vse, .scan, .imram, .dsran, .dime, .uniter, .uniterDG, .tagsDC, .soho, .vista, .cots, .lightningDOT,
            .lexlip,
        ]
        #expect(methods == wanted && Variant.tableOne.count == wanted.count + 1)
        for variant in Variant.tableOne {
            let found = try #require(try result(runner, variant), "\(variant.name)")
            #expect(found.pairsPerSecond != nil && found.multiplyAddsOfPair != nil, "\(variant.name)")
            #expect((found.shortlist != nil) == (variant.model != nil), "\(variant.name)")
        }
        let report = try ExperimentReport("table1", of: runner, [.table1], seeds: 1, command: "")
        #expect(try report.write() == 0)
        let page = try String(contentsOfFile: world.output + "/table1.md", encoding: .utf8)
        for variant in Variant.tableOne { #expect(page.contains("| \(variant.title) "), "\(variant.title)") }
        #expect(page.contains("LightningDOT, re-ranked by UNITER, seed 0, by shortlist: the best 50 of LightningDOT"))
    }

    @Test func `by equal time every system has its row, and takes of others what lasts as long`() throws {
        var base = TrainingConfiguration()
        try base.apply(overrides: ["training.epochs=2"])
        let rows = Variant.tableOneAtEqualTime
        for (row, other) in zip(rows, Variant.tableOne) {
            #expect(row.overrides.starts(with: other.overrides), "\(row.name)")
            // A rate that falls by steps has fallen to nothing long before the last of many epochs.
            let decay = try row.configuration(base, seed: 0).training.learningRateDecay
            #expect(decay.shape == .cosine || row == other, "\(row.name)")
        }
        #expect(rows.count == Variant.tableOne.count)
        #expect(rows.allSatisfy { row in row.needs.allSatisfy { rows.map(\.name).contains($0) } })
        func epochs(_ variants: [Variant]) throws -> [String: Int] {
            try variants.filter(\.isTrained).reduce(into: [:]) {
                $0[$1.name] = try $1.configuration(base, seed: 0).training.epochs
            }
        }
        let (equal, before) = (try epochs(rows), try epochs(Variant.tableOne))
        #expect(equal["full-equal-time"] == 3 && before["full"] == 2)
        #expect(equal["vista-contrastive-equal-time"] == 40 && before["vista-contrastive"] == 10)
        #expect(equal["dime-contrastive-16-equal-time"] == 1)
        #expect(equal["uniter-contrastive"] == before["uniter-contrastive"])
    }

    /// No other variant's settings, so that its folder has its own name.
    private static let first = Variant(
        "first", "a first", Variant.tableOne[1].overrides + ["training.learning_rate=0.0021"])

    /// Runs AsCL's plain form by the shortlists of another, in a folder that knows neither.
    private func shortlisted(above: Int, by first: Variant = Self.first) throws -> (World, Variant, ExperimentRunner) {
        let world = try World(testImages: 60)
        let variant = Variant(
            "shortlisted", "a costly one", Variant.withoutSamples.overrides,
            shortlists: .init(first: first.name, above: above))
        return (world, variant, try world.run([variant, first]))
    }

    @Test func `a row by shortlist is the ranking of the other's best, and says so`() throws {
        let (world, variant, runner) = try shortlisted(above: 60 * 120 - 1)
        // Its folder goes with it.
        defer { withExtendedLifetime(world) {} }
        let found = try #require(try result(runner, variant))
        let test = runner.splits.test
        let expected = try Reranking(
            by: Evaluator(runner.trained(variant.name, seed: 0), test, in: .int16),
            of: Evaluator(runner.trained("first", seed: 0), test), size: 50)
        #expect(found.ranks == expected.ranks)
        let whole = try Evaluator(runner.trained(variant.name, seed: 0), test, in: .int16).ranks()
        #expect(found.ranks != whole)
        #expect(found.shortlist == expected.description(of: "first"))
        let data = try ReportData(runner, [], seeds: 1)
        #expect(data.title(of: variant, [found]) == "a costly one, by shortlist")
        #expect(!FileManager.default.fileExists(atPath: runner.folder.run(variant.name, seed: 0) + "/evaluation"))
    }

    @Test func `a split with no more pairs is ranked whole`() throws {
        let (world, variant, runner) = try shortlisted(above: 60 * 120)
        // Its folder goes with it.
        defer { withExtendedLifetime(world) {} }
        let found = try #require(try result(runner, variant))
        let evaluator = try Evaluator(runner.trained(variant.name, seed: 0), runner.splits.test, in: .int16)
        let whole = try evaluator.ranks()
        #expect(found.shortlist == nil && found.ranks == whole)
    }

    @Test func `a row whose other model failed is told, and the rest stands`() throws {
        let (world, variant, runner) = try shortlisted(above: 0, by: World.diverging)
        // Its folder goes with it.
        defer { withExtendedLifetime(world) {} }
        guard case .failed(let reason) = try runner.outcome(variant, seed: 0) else {
            Issue.record("expected a failure")
            return
        }
        #expect(reason.contains("runs/diverging/seed0") && !reason.contains("\n"), "\(reason)")
    }

    @Test func `a model that is taken from another row is that row's`() throws {
        let world = try World()
        let taken = Variant("taken", "taken", Variant.full.overrides, model: Variant.full.name, epochs: 0)
        let runner = try world.run([taken, .full])
        let (own, other) = (try #require(try result(runner, taken)), try #require(try result(runner, .full)))
        #expect(own.ranks == other.ranks && own.trainingSeconds == other.trainingSeconds)
        #expect(!FileManager.default.fileExists(atPath: runner.folder.run("taken", seed: 0) + "/training.yaml"))
    }
}
