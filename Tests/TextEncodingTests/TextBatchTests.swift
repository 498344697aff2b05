import Testing
import TextEncoding
import Torch

@Suite struct TextBatchTests {
    /// Texts of 2, 1 and 3 words, one number wide: 1 2, 3, 4 5 6.
    let batch: TextBatch

    init() throws {
        batch = try TextBatch(rows: Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [6, 1]), lengths: [2, 1, 3])
    }

    @Test func `texts are found by their offsets`() throws {
        #expect(batch.offsets == [0, 2, 3, 6])
        let chosen = try batch.selecting([2, 0, 2])
        #expect(chosen.lengths == [3, 2, 3])
        #expect(try chosen.rows.array() == [4, 5, 6, 1, 2, 4, 5, 6] as [Float])
    }

    @Test func `padding is left behind`() throws {
        let padded = try Tensor([1, 2, -1, 3, -1, -1] as [Float], shape: [2, 3, 1])
        let packed = try TextBatch(padded: padded, lengths: [2, 1])
        #expect(packed.lengths == [2, 1])
        #expect(try packed.rows.array() == [1, 2, 3] as [Float])
    }

    @Test func `padding is zeros, and each word has its share of the text`() throws {
        let padded = try batch.padded()
        #expect(padded.rows.shape == [3, 3, 1])
        #expect(try padded.rows.array() == [1, 2, 0, 3, 0, 0, 4, 5, 6] as [Float])
        let third: Float = 1 / 3
        #expect(try padded.share.array() == [0.5, 0.5, 0, 1, 0, 0, third, third, third])
        let isPadding = try padded.isPadding.array(Bool.self)
        #expect(isPadding == [false, false, true, false, true, true, false, false, false])
        #expect(try TextBatch(padded: padded.rows, lengths: batch.lengths).rows.array(Float.self) == batch.rows.array())
    }

    @Test func `groups keep padding below a fifth, and lead back`() throws {
        let lengths = [9, 2, 10, 1, 12, 2]
        let texts = try TextBatch(rows: Tensor.range(36).to(.float32).reshaped([36, 1]), lengths: lengths)
        let groups = texts.groups(mostWords: 30)
        #expect(groups.places == [[3], [1, 5], [0, 2], [4]])
        #expect(texts.groups(mostWords: 15).places == [[3], [1, 5], [0], [2], [4]])
        let parts = try groups.places.map { try texts.selecting($0) }
        #expect(try groups.restored(parts).rows.array(Float.self) == texts.rows.array())
        let firsts = try groups.restored(parts.map { try $0.means() }, dimension: 0)
        #expect(try firsts.array(Float.self) == texts.means().array())
    }

    @Test func `batches join in order`() throws {
        let joined = try TextBatch.joined([batch.selecting([1]), batch.selecting([0])])
        #expect(joined.lengths == [1, 2])
        #expect(try joined.rows.array() == [3, 1, 2] as [Float])
    }

    @Test func `lengths have to fit the rows`() throws {
        let wrong: [(Tensor, [Int])] = try [
            (batch.rows, [2, 1]), (batch.rows, [6, 0]), (batch.rows, [7, -1]), (batch.rows.reshaped([6]), [6]),
        ]
        for (rows, lengths) in wrong {
            let error = try #require(throws: TorchError.self) { try TextBatch(rows: rows, lengths: lengths) }
            #expect(error.description.hasSuffix("expected rows for lengths \(lengths), each at least 1"))
        }
        #expect(throws: TorchError.self) { try batch.replacingRows(.zeros([5, 1])) }
        #expect(try batch.replacingRows(.zeros([6, 4])).rows.shape == [6, 4])
    }
}
