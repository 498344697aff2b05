import ArrayFiles
import Foundation
import RetrievalEvaluation
import RetrievalModels
import Testing

@testable import RetrievalExperiments

@Suite struct StudyTests {
    @Test func `a vector kept from its own caption finds that caption, even on noise, and a random partner's does not`()
        throws
    {
        let world = try World(testImages: 40)
        let runner = try world.run([.full])
        _ = try runner.run([.protocol], seeds: 1)
        let study = try #require(try runner.protocolStudy(seed: 0))
        func row(_ scoring: ProtocolStudy.Scoring, noise: Bool) -> ProtocolStudy.Row? {
            study.rows.first { $0.scoring == scoring && $0.randomFeatures == noise }
        }
        // The first caption is found again unless another caption has the same words.
        for noise in [false, true] {
            #expect(try #require(row(.keptAttended, noise: noise)).result.imageToText.r1 > 80)
            #expect(try #require(row(.randomPartner, noise: noise)).result.imageToText.r1 < 25)
            #expect(try #require(row(.honest, noise: noise)).result.imageToText.r1 < 25)
        }
    }

    @Test func `the honest row is the evaluation's`() throws {
        let world = try World()
        let runner = try world.run([.full])
        _ = try runner.run([.protocol], seeds: 1)
        let model = try runner.trained("full", seed: 0)
        let expected = try Evaluator(model, runner.splits.test).ranks()
        let found = try #require(try runner.protocolStudy(seed: 0)?.rows.first)
        #expect(found.scoring == .honest && !found.randomFeatures)
        #expect(found.result == (try .init(expected)))
        // With the weight of the local score at 0 the other row is S_global's.
        let global = try #require(try runner.protocolStudy(seed: 0)?.rows[1])
        let scorer = try model.ascl.weighingLocal(0)
        #expect(scorer.configuration.localWeight == 0)
        #expect(global.scoring == .honestGlobal)
    }

    @Test func `a first stage that scores as its teacher keeps all of its top`() throws {
        let world = try World(testImages: 40)
        let runner = try world.run([.full])
        let model = try runner.trained("full", seed: 0)
        let evaluator = try Evaluator(model, runner.splits.test)
        let path = world.folder.path + "/scores.npy"
        try FirstStageStudy.writeScores(evaluator, to: path)
        let study = try FirstStageStudy(
            evaluator, teacherScores: NumpyArray(path: path), in: world.folder.path, collections: [30, 70])
        #expect(study.rows.map(\.size) == [10, 20])
        #expect(study.rows.allSatisfy { $0.teacherTop == 100 })
        let whole = try Evaluator(model, runner.splits.test).ranks()
        let first = Double(whole.textToImage.count { $0 == 1 }) / Double(whole.textToImage.count)
        #expect(abs((study.rows[1].r1 ?? -1) - 100 * first) < 1e-9)
        let left = try FileManager.default.contentsOfDirectory(atPath: world.folder.path)
        #expect(!left.contains { $0.hasPrefix("student-scores") || $0.hasPrefix("first-stage") })
        // A byte and a float16 of each value at least.
        let cost = try #require(study.cost)
        #expect(cost.searches.map(\.pictures) == [30, 70] && cost.searches.allSatisfy { $0.seconds > 0 })
        // 3 bytes a number, of one picture and not of all.
        #expect(cost.bytesPerPicture >= 3 * 16 && cost.bytesPerPicture < 70 * 3 * 16)
    }

    @Test func `every first stage has its study, those of terms with an index that holds every image`() throws {
        let world = try World(regions: 4)
        var runner = try world.runner()
        runner.collections = [24, 100]
        #expect(try runner.run([.firstStage], seeds: 1) == .complete)
        for variant in Variant.firstStages {
            let study = try #require(try runner.firstStageStudy(variant, seed: 0), "\(variant.name)")
            let hasTerms = ["lexicon", "lexlip-contrastive"].contains(variant.name)
            #expect(study.index?.items == (hasTerms ? 24 : nil), "\(variant.name)")
            #expect(study.rows.map(\.size) == [10])
            let cost = try #require(study.cost, "\(variant.name)")
            #expect(cost.searches.map(\.pictures) == [24, 100] && cost.searches.allSatisfy { $0.seconds > 0 })
            // 8 bytes a posting.
            if let index = study.index {
                let postings = 8 * index.termsPerItem
                #expect(cost.bytesPerPicture > postings * 0.9 && cost.bytesPerPicture < postings * 50)
            }
        }
        let report = try ExperimentReport("first", of: runner, [.firstStage], seeds: 1, command: "")
        #expect(try report.write() == 0)
        let page = try String(contentsOfFile: world.output + "/first.md", encoding: .utf8)
        #expect(
            page.contains("a query among, 24 pictures (µs)") && page.contains("| LightningDOT alone, contrastive, 10 "))
    }
}
