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
            evaluator, teacherScores: NumpyArray(path: path), scoresPath: world.folder.path + "/own.npy")
        #expect(study.rows.map(\.size) == [10, 20])
        #expect(study.rows.allSatisfy { $0.teacherTop == 100 })
        let whole = try Evaluator(model, runner.splits.test).ranks()
        let first = Double(whole.textToImage.count { $0 == 1 }) / Double(whole.textToImage.count)
        #expect(abs((study.rows[1].r1 ?? -1) - 100 * first) < 1e-9)
        #expect(!FileManager.default.fileExists(atPath: world.folder.path + "/own.npy"))
    }

    @Test func `taught encoders have studies with an index that holds every image`() throws {
        let world = try World()
        let runner = try world.run(Experiment.firstStage.variants)
        #expect(try runner.run([.firstStage], seeds: 1) == .complete)
        let dense = try #require(try runner.firstStageStudy(Variant.firstStages[0], seed: 0))
        let sparse = try #require(try runner.firstStageStudy(Variant.firstStages[1], seed: 0))
        #expect(dense.index == nil)
        #expect(sparse.index?.items == 24)
        #expect((sparse.secondsPerSearch ?? 0) > 0 && dense.secondsPerSearch == nil)
        #expect(sparse.rows.map(\.size) == [10])
    }
}
