import Testing
import TextEncoding
import Torch
import TorchNN

@testable import RetrievalModels

@Suite struct WordProjectionTests {
    @Test func `gated words average two directions, a single one serves a single vector`() throws {
        let tokens = try TextBatch(rows: Tensor([3, 1, 4, 1, 5, 9] as [Float], shape: [6, 1]), lengths: [4, 2])
        for method in [Method.scan, .vse] {
            let (words, parameters) = try ParameterStore.initialize(seed: 2) {
                try WordProjection($0, configuration(method))
            }
            let own = parameters.dictionary.map { (name: $0, tensor: $1) }
                .filter { $0.name.hasPrefix("gru.") }.map { (String($0.name.dropFirst(4)), $0.tensor) }
            let (gru, _) = try ParameterStore.load(Dictionary(uniqueKeysWithValues: own), from: "projection") {
                try GRU($0, from: 300, to: 5, isBidirectional: method == .scan)
            }
            let table = try #require(parameters.dictionary["embedding.weight"])
            #expect(table.shape == [10, 300])
            let states = try gru(table.embedding(Tensor([3, 1, 4, 1, 5, 9], shape: [6])), lengths: [4, 2])
            let expected = try Plain.rows(states).map { row in
                (0..<5).map { method == .scan ? (row[$0] + row[$0 + 5]) / 2 : row[$0] }
            }
            let found = try words(tokens)
            #expect(found.lengths == [4, 2])
            #expect(try Plain.distance(found.rows, expected) < 1e-6)
        }
    }

    @Test func `a token's number survives as float32 up to the largest vocabulary`() throws {
        let last = (1 << 24) - 1
        #expect(try Tensor([Float(last)], shape: [1]).to(.int64).item() == Double(last))
    }

    @Test func `vectors in place of tokens, and unknown tokens, are refused`() throws {
        let (words, _) = try ParameterStore.initialize(seed: 2) { try WordProjection($0, configuration(.scan)) }
        #expect(throws: TorchError.self) { try words(TextBatch(rows: .zeros([2, 3]), lengths: [2])) }
        #expect(throws: TorchError.self) { try words(TextBatch(rows: .full([2, 1], 10), lengths: [2])) }
    }

    private func configuration(_ method: Method) -> BaselineConfiguration {
        BaselineConfiguration(
            method, jointDimension: 5, regionDimension: 7, globalDimension: 5, textDimension: 6, vocabularySize: 10,
            words: .gru)
    }
}
