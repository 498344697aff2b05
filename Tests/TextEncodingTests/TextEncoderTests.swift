import Testing
import TextEncoding
import Torch

@Suite struct TextEncoderTests {
    let encoder: TextEncoder

    init() throws { encoder = try SmallEncoder().load() }

    @Test func `texts packed together have the states of each alone`() throws {
        let packed = try encoder.encode(manyTexts)
        #expect(packed.lengths == manyTexts.map(\.count))
        #expect(packed.rows.shape == [manyTexts.reduce(0) { $0 + $1.count }, encoder.width])
        let alone = try TextBatch.joined(manyTexts.map { try encoder.encode([$0]) })
        #expect(try largestDifference(packed.rows, alone.rows) < 1e-5)
    }

    @Test func `the order given is kept`() throws {
        let packed = try encoder.encode(manyTexts), reversed = try encoder.encode(manyTexts.reversed())
        #expect(reversed.lengths == packed.lengths.reversed())
        let texts = Array(manyTexts.indices.reversed())
        #expect(try largestDifference(reversed.selecting(texts).rows, packed.rows) < 1e-5)
    }

    @Test func `position and neighbours count`() throws {
        let one = try encoder.encode([[2, 4, 5, 3]]).rows, other = try encoder.encode([[2, 5, 4, 3]]).rows
        #expect(try largestDifference(one.selected(0, 1), other.selected(0, 2)) > 1e-2, "the same word elsewhere")
        let third = try encoder.encode([[2, 4, 6, 3]]).rows
        #expect(try largestDifference(one.selected(0, 1), third.selected(0, 1)) > 1e-2, "beside another word")
    }

    @Test func `texts are cut at the last position`() throws {
        let text = [String](repeating: "dog", count: 30).joined(separator: " ")
        let cut = try encoder.tokenize([text, "a dog"], maxTokens: 100)
        #expect(cut[0].ids == [2] + [Int32](repeating: 5, count: 10) + [3] && cut[0].wasCut)
        #expect(cut[1].ids == [2, 4, 5, 3] && !cut[1].wasCut)
        #expect(try encoder.encode(cut.map(\.ids)).lengths == [12, 4])
        #expect(try encoder.tokenize([text], maxTokens: 5)[0].ids.count == 5)
        let tooLong = [[Int32](repeating: 5, count: 13)]
        #expect(throws: TorchError.self) { try encoder.encode(tooLong) }
    }

    @Test func `what is embedded and encoded group by group is what is encoded`() throws {
        let groups = encoder.groups(manyTexts)
        #expect(groups.places.flatMap(\.self).sorted() == Array(manyTexts.indices), "every text once")
        let parts = try groups.places.map { try encoder.encode(embedded: encoder.embed($0.map { manyTexts[$0] })) }
        #expect(try groups.restored(parts).rows.array(Float.self) == encoder.encode(manyTexts).rows.array(Float.self))
    }

    @Test func `a changed embedding reaches its text only`() throws {
        let texts = Array(manyTexts[30..<50]), target = 8
        let embedded = try encoder.embed(texts)
        let own = embedded.offsets[target]..<embedded.offsets[target + 1]
        let kept = (0..<embedded.rows.shape[0]).map { own.contains($0) ? 0 : 1 as Float }
        let changed = try embedded.replacingRows(embedded.rows * Tensor(kept, shape: [kept.count, 1]))
        let (plain, noisy) = (try encoder.encode(embedded: embedded), try encoder.encode(embedded: changed))
        let reached = try texts.indices.filter { text in
            try largestDifference(noisy.selecting([text]).rows, plain.selecting([text]).rows) > 1e-5
        }
        #expect(reached == [target])
    }

    @Test func `an encoder is frozen until asked to learn`() throws {
        #expect(try !encoder.encode([[2, 4, 3]]).rows.requiresGradient)
        try encoder.parameters.setRequiresGradient(true)
        let packed = try encoder.encode(manyTexts)
        let weights = try Tensor.normal(packed.rows.shape, generator: Generator(seed: 1))
        try (packed.rows * weights).sum().backward()
        for (name, tensor) in encoder.parameters.entries {
            let largest = try #require(tensor.gradient, "\(name)").reshaped([-1]).norm(0).item()
            // A bias of the keys adds the same to every score of a query, which softmax takes out again.
            #expect(name.hasSuffix("key.bias") ? largest < 1e-3 : largest > 1e-3, "\(name): \(largest)")
        }
    }

    @Test func `dropout acts in training only`() throws {
        let plain = try encoder.encode(manyTexts).rows
        #expect(try largestDifference(encoder.encode(manyTexts).rows, plain) < 1e-5)
        #expect(try largestDifference(encoder.encode(manyTexts, training: true).rows, plain) > 1e-1)
    }
}
