import Foundation
import Testing
import Torch

@testable import RetrievalModels

@Suite struct PairQueueTests {
    /// Pairs whose entries say which they are: 10 + i on the image's side, 20 + i on the text's.
    private func keys(_ pairs: [Int]) throws -> PairKeys {
        func rows(_ more: Int) throws -> Tensor {
            try Tensor(pairs.flatMap { [Float($0 + more), Float(-$0 - more)] }, shape: [pairs.count, 2])
        }
        return PairKeys(images: try rows(10), texts: try rows(20), owners: pairs)
    }

    private func entries(_ queue: PairQueue) throws -> [(image: Double, text: Double)] {
        try zip(Plain.rows(queue.images), Plain.rows(queue.texts)).map { ($0[0], $1[0]) }
    }

    @Test func `the oldest go, and both sides of a pair stay together`() throws {
        let queue = try PairQueue(size: 5, width: 2)
        try queue.append(keys([0, 1, 2]))
        #expect(try entries(queue).map(\.image) == [10, 11, 12, 0, 0])
        // Past the end and on from the beginning.
        try queue.append(keys([3, 4, 5, 6]))
        #expect(try entries(queue).map(\.image) == [15, 16, 12, 13, 14])
        // More than there is room for: the last five.
        try queue.append(keys(Array(7...13)))
        #expect(try entries(queue).map(\.image).sorted() == [19, 20, 21, 22, 23])
        #expect(try entries(queue).allSatisfy { $0.text == $0.image + 10 })
        #expect(try Plain.rows(queue.images).allSatisfy { $0[1] == -$0[0] })
        let ids = try #require(queue.state.dictionary["ids"])
        #expect(try zip(ids.array(Int.self), entries(queue)).allSatisfy { Double($0 + 10) == $1.image })
    }

    @Test func `keys of one's own image and entries that are empty are no wrong partners`() throws {
        let queue = try PairQueue(size: 4, width: 2)
        try queue.append(keys([7, 8, 7]))
        let isLeftOut = try queue.isLeftOut([7, 8, 0]).array(Bool.self)
        #expect(
            isLeftOut == [
                true, false, true, true,
                false, true, false, true,
                false, false, false, true,
            ])
    }

    @Test func `a queue goes on from its state`() throws {
        let (whole, part) = (try PairQueue(size: 3, width: 2), try PairQueue(size: 3, width: 2))
        try whole.append(keys([4, 5]))
        for (name, tensor) in part.state.entries {
            try tensor.copy(from: #require(whole.state.dictionary[name]))
        }
        for queue in [whole, part] { try queue.append(keys([6, 7])) }
        #expect(try entries(part).map(\.image) == [17, 15, 16])
        #expect(try part.isLeftOut([5, 7]).array(Bool.self) == whole.isLeftOut([5, 7]).array(Bool.self))
    }
}

@Suite struct MomentumContrastTests {
    private static func vectors(_ count: Int, seed: UInt64) throws -> Tensor {
        try Tensor.normal([count, 4], generator: Generator(seed: seed)).normalized(1)
    }

    @Test func `losses are those of the definition, and keys get no gradient`() throws {
        let queue = try PairQueue(size: 6, width: 4)
        let earlier = PairKeys(
            images: try Self.vectors(5, seed: 1), texts: try Self.vectors(5, seed: 2), owners: [3, 0, 4, 1, 0])
        try queue.append(earlier)
        let own = PairKeys(
            images: try Self.vectors(3, seed: 3), texts: try Self.vectors(3, seed: 4), owners: [0, 1, 0])
        let (images, texts) = (try Self.vectors(3, seed: 5), try Self.vectors(3, seed: 6))
        for tensor in [images, texts, own.images, own.texts, queue.images, queue.texts] {
            try tensor.setRequiresGradient(true)
        }
        let keys = try PairKeys(images: own.images.detached(), texts: own.texts.detached(), owners: own.owners)
        let contrast = try MomentumContrast(images: images, texts: texts, keys, queue, temperature: 0.2)
        var (entropy, divergence) = (0.0, 0.0)
        for pair in 0..<3 {
            let entries = (0..<5).filter { earlier.owners[$0] != own.owners[pair] }
            let others = (0..<3).filter { own.owners[$0] != own.owners[pair] }
            func shares(_ query: Tensor, _ keys: Tensor, _ queue: Tensor) throws -> Plain.Vector {
                let (query, keys, queue) = (try Plain.rows(query)[pair], try Plain.rows(keys), try Plain.rows(queue))
                let all = [keys[pair]] + others.map { keys[$0] } + entries.map { queue[$0] }
                return Plain.softmax(all.map { Plain.dot(query, $0) / 0.2 })
            }
            let (p, q) = (try shares(images, own.texts, queue.texts), try shares(texts, own.images, queue.images))
            entropy -= (log(p[0]) + log(q[0])) / 3
            divergence += Plain.divergence(p, q) / 3
        }
        #expect(try abs(contrast.entropy().item() - entropy) < 1e-5 && entropy > 1)
        #expect(try abs(contrast.divergence().item() - divergence) < 1e-5 && divergence > 0.1)
        try (contrast.entropy() + contrast.divergence()).backward()
        #expect(images.gradient != nil && texts.gradient != nil)
        #expect(try images.gradient?.allFinite() == true && texts.gradient?.allFinite() == true)
        #expect(own.images.gradient == nil && own.texts.gradient == nil)
    }

    @Test func `without a queue, keys that are the vectors give the contrastive loss of the batch`() throws {
        let (images, texts, owners) = (try Self.vectors(4, seed: 5), try Self.vectors(4, seed: 6), [0, 1, 0, 2])
        let (copies, others) = (try images.detached(), try texts.detached())
        for tensor in [images, texts, copies, others] { try tensor.setRequiresGradient(true) }
        let contrast = try MomentumContrast(
            images: images, texts: texts, PairKeys(images: copies, texts: others, owners: owners), nil, temperature: 0.2
        )
        let plain = try RetrievalLoss.contrastive(
            images.matmul(texts.transposed()), temperature: 0.2, excluded: RetrievalLoss.sameImageMask(owners))
        #expect(try abs(contrast.entropy().item() - plain.item()) < 1e-5)
        // Its slopes come apart into those of queries and those of keys.
        try contrast.entropy().backward()
        func slopes(_ tensors: [Tensor]) throws -> [Tensor] { try tensors.map { try #require($0.gradient).detached() } }
        let parts = try slopes([images, texts, copies, others]).map { try $0 + $0.zerosLike() }
        for tensor in [images, texts] { try tensor.clearGradient() }
        try plain.backward()
        let whole = try slopes([images, texts])
        for side in 0..<2 {
            let difference = try (parts[side] + parts[side + 2] - whole[side]).array(Float.self)
            #expect(difference.allSatisfy { abs($0) < 1e-4 }, "\(difference)")
            #expect(try whole[side].array(Float.self).contains { abs($0) > 0.1 })
        }
    }

    @Test func `directions that agree diverge by nothing, in an empty queue too`() throws {
        let queue = try PairQueue(size: 4, width: 4)
        let vectors = try Self.vectors(3, seed: 1)
        let keys = PairKeys(
            images: try Self.vectors(3, seed: 2), texts: try Self.vectors(3, seed: 2), owners: [0, 1, 2])
        for _ in 0..<2 {
            let contrast = try MomentumContrast(images: vectors, texts: vectors, keys, queue, temperature: 0.05)
            #expect(try abs(contrast.divergence().item()) < 1e-6)
            let other = try Self.vectors(2, seed: 3)
            try queue.append(PairKeys(images: other, texts: other, owners: [5, 6]))
        }
        let empty = try MomentumContrast(
            images: Self.vectors(1, seed: 7), texts: Self.vectors(1, seed: 8), keys.selecting([0]),
            PairQueue(size: 4, width: 4), temperature: 0.05)
        #expect(try empty.entropy().item() == 0 && empty.divergence().item() == 0)
    }
}
