import AsCLBase
import Foundation
import RetrievalFixtures
import RetrievalModels
import Testing
import Torch

@testable import RetrievalEvaluation

@Suite struct EvaluationProgressTests {
    private struct Stop: Error {}

    @Test(arguments: [Precision.fp32, .int16])
    func `an evaluation that stops inside a block goes on to the same ranks and scores`(_ precision: Precision) throws {
        let world = try World(TinyData(images: 13, captionsPerImage: 5))
        let folder = world.folder.path + "/progress"
        func evaluate(stoppingAfter blocks: Int?) throws -> (ranks: RetrievalRanks, scores: [ScoreBlock: [Float]]) {
            var state = try EvaluationProgress(folder: folder, world.model, world.split, in: precision)
            state.interval = 0
            var evaluator = try Evaluator(world.model, world.split, in: precision, wordsFile: state.wordsFile)
            evaluator.block = (4, 16)
            var scores: [ScoreBlock: [Float]] = [:]
            let ranks = try evaluator.ranks(
                continuing: state.ranks,
                onBlock: { block, part, ranks in
                    if scores.count == blocks { throw Stop() }
                    scores[block] = part
                    try state.save(ranks)
                })
            return (ranks, scores)
        }
        #expect(throws: Stop.self) { try evaluate(stoppingAfter: 3) }
        #expect(throws: Stop.self) { try evaluate(stoppingAfter: 6) }
        let rest = try evaluate(stoppingAfter: nil)
        #expect(rest.scores.count == 4 * 5 - 9)
        var whole = try Evaluator(world.model, world.split, in: precision)
        whole.block = (4, 16)
        var scores: [ScoreBlock: [Float]] = [:]
        let ranks = try whole.ranks(onBlock: { block, part, _ in scores[block] = part })
        #expect(ranks == rest.ranks)
        for (block, part) in rest.scores { #expect(scores[block] == part) }
    }

    @Test func `progress belongs to its model, data and precision`() throws {
        let data = TinyData(images: 3, captionsPerImage: 2)
        let world = try World(data)
        let folder = world.folder.path + "/progress"
        func open(_ world: World, _ precision: Precision = .fp32) throws {
            _ = try EvaluationProgress(folder: folder, world.model, world.split, in: precision)
        }
        try open(world)
        try open(world)
        #expect(throws: InputError.self) { try open(world, .int16) }
        var other = data
        other.redrawn = [2]
        #expect(throws: InputError.self) { try open(World(other)) }
        try withoutGradients { try world.model.parameters.entries[0].tensor.fill(0.5) }
        #expect(throws: InputError.self) { try open(world) }
    }

    @Test(arguments: [0, 1, 38, 39])
    func `a change of any picture's features is another evaluation`(image: Int) throws {
        var data = TinyData(images: 40, captionsPerImage: 1)
        let world = try World(data)
        let folder = world.folder.path + "/progress"
        _ = try EvaluationProgress(folder: folder, world.model, world.split, in: .fp32)
        data.redrawn = [image]
        let other = try World(data)
        #expect(throws: InputError.self) {
            try EvaluationProgress(folder: folder, world.model, other.split, in: .fp32)
        }
    }

    @Test func `word vectors without progress are not used`() throws {
        let world = try World(TinyData(images: 3, captionsPerImage: 2))
        let folder = world.folder.path + "/progress"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data("old".utf8).write(to: URL(fileURLWithPath: folder + "/words.npy"))
        let state = try EvaluationProgress(folder: folder, world.model, world.split, in: .fp32)
        #expect(!FileManager.default.fileExists(atPath: state.wordsFile))
    }
}
