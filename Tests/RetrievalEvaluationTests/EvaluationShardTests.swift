import ArrayFiles
import AsCLBase
import Foundation
import RetrievalFixtures
import RetrievalModels
import Testing
import Torch

@testable import RetrievalEvaluation

@Suite struct EvaluationShardTests {
    private struct Stop: Error {}

    private let world: World
    private let folder: String

    init() throws {
        world = try World(TinyData(images: 13, captionsPerImage: 5))
        folder = world.folder.path + "/parts"
    }

    private func shard(_ text: String) throws -> Shard { try #require(Shard(text)) }

    private func evaluate(
        _ text: String, _ precision: Precision = .fp32, stoppingAfter pairs: Int = .max
    ) throws -> Int {
        var part = try EvaluationShard(folder: folder, shard(text), world.model, world.split, in: precision)
        part.interval = 0
        var evaluator = try Evaluator(world.model, world.split, in: precision, wordsFile: part.wordsFile)
        evaluator.block = (2, 16)
        var (before, after): (Int?, Int) = (nil, 0)
        try part.run(evaluator) { done, _ in
            before = before ?? done
            after = done
            if done > pairs { throw Stop() }
        }
        return after - (before ?? 0)
    }

    @Test(arguments: [Precision.fp32, .int16])
    func `parts rank as the whole does`(_ precision: Precision) throws {
        for text in ["3/3", "1/3", "2/3"] { _ = try evaluate(text, precision) }
        let whole = try Evaluator(world.model, world.split, in: precision).ranks()
        #expect(try MergedEvaluation(folder: folder).ranks() == whole)
    }

    @Test func `a part that stops goes on, and leaves nothing but itself`() throws {
        #expect(throws: Stop.self) { try evaluate("1/2", stoppingAfter: 100) }
        #expect(!FileManager.default.fileExists(atPath: folder + "/1-of-2.npy"))
        let pairs = 6 * 65
        #expect(try evaluate("1/2") < pairs)
        _ = try evaluate("2/2")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(names == ["1-of-2.json", "1-of-2.npy", "2-of-2.json", "2-of-2.npy"])
        let whole = try Evaluator(world.model, world.split).ranks()
        #expect(try MergedEvaluation(folder: folder).ranks() == whole)
        let again = try EvaluationShard(folder: folder, shard("1/2"), world.model, world.split, in: .fp32)
        #expect(again.isFinished)
    }

    @Test func `parts that do not make a whole are refused`() throws {
        func problem() throws -> String {
            try #require(throws: InputError.self) { try MergedEvaluation(folder: folder) }.description
        }
        try Folder.make(folder)
        #expect(try problem().contains("expected files such as 2-of-3.npy, found none"))
        _ = try evaluate("1/3")
        _ = try evaluate("3/3")
        #expect(try problem() == "\(folder): parts: expected all of 3, found all but 2")
        _ = try evaluate("2/2")
        #expect(try problem() == "\(folder): parts: expected all of 3, found parts of 2 and of 3")
        try FileManager.default.removeItem(atPath: folder + "/2-of-2.npy")
        _ = try evaluate("2/3")
        try Data("short".utf8).write(to: URL(fileURLWithPath: folder + "/2-of-3.npy"))
        #expect(try problem().hasPrefix("\(folder)/2-of-3.npy: "))
        let scores = try NumpyMatrixWriter(path: folder + "/2-of-3.npy", rows: 4, columns: 64)
        try scores.finish()
        #expect(try problem().contains("2-of-3.npy: header: expected float32 [4, 65], found float32 [4, 64]"))
    }

    @Test func `parts of other evaluations are refused`() throws {
        _ = try evaluate("1/2")
        let error = try #require(throws: InputError.self) { try evaluate("1/2", .int16) }
        #expect(
            error.description.hasPrefix("\(folder)/1-of-2.json: expected a part of this model, split and precision"))
        _ = try evaluate("2/2", .int16)
        let merged = try #require(throws: InputError.self) { try MergedEvaluation(folder: folder) }
        #expect(merged.description.hasPrefix("\(folder)/2-of-2.json: expected a part of the evaluation"))
        #expect(throws: InputError.self) { try evaluate("1/14") }
    }

    @Test func `a score that is no number is refused`() throws {
        _ = try evaluate("1/1")
        let path = folder + "/1-of-1.npy"
        var data = try Data(contentsOf: URL(fileURLWithPath: path))
        withUnsafeBytes(of: Float.nan) { data.replaceSubrange(data.count - 4..<data.count, with: $0) }
        try data.write(to: URL(fileURLWithPath: path))
        #expect(throws: InputError.self) { try MergedEvaluation(folder: folder).ranks() }
    }
}
