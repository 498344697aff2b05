import Testing
import TextEncoding
import Torch
import TorchNN

@testable import RetrievalModels

/// What users of the kernel's precisions rely on; scripts/sanitize tests the kernel itself, on every instruction set.
@Suite struct PairScoreKernelTests {
    private static let large = RandomCase(
        dimension: 256, heads: 4, imageCount: 12, regions: 36, lengths: [12, 9, 14, 3])

    @Test(arguments: RandomCase.ragged + [large])
    func `16-bit integers score like float32`(_ given: RandomCase) throws {
        let model = try given.model().ascl
        let (images, texts) = (try given.images(), try given.texts())
        let fixed = try model.similarity(
            model.scorable(images, in: .int16), model.scorable(texts, in: .int16))
        let difference = try largestDifference(fixed, ScoreForm.plain.similarity(model, images, texts))
        #expect(difference < (given.dimension < 64 ? 2e-4 : 2e-5))
    }

    /// One region far longer than its neighbours, one number far larger, everything too large, nothing at all: float32's
    /// scores for the image concerned, and for the others the same bits as without it.
    @Test(arguments: ["long region", "large number", "long image", "empty region"])
    func `an image that 16 bits cannot hold is scored in float32 and changes no other score`(_ damage: String) throws {
        let given = Self.large
        let model = try given.model().ascl
        var regions = try given.images().regions.array(Float.self)
        let width = regions.count / given.imageCount / given.regions
        let image = 5 * given.regions * width
        switch damage {
        case "long region": for place in 0..<width { regions[image + place] *= 1e4 }
        case "large number": regions[image + 3] = 3e4
        case "long image": for place in 0..<given.regions * width { regions[image + place] *= 1e4 }
        default: for place in 0..<width { regions[image + place] = 0 }
        }
        let damaged = try ImageBatch(
            regions: Tensor(regions, shape: [given.imageCount, given.regions, width]), globals: given.images().globals)
        func scores(_ images: ImageBatch, _ precision: Precision) throws -> [[Float]] {
            let found = try model.similarity(
                model.scorable(images, in: precision), model.scorable(given.texts(), in: precision))
            return try (0..<given.imageCount).map { try found.detached().sliced(0, $0..<$0 + 1).array(Float.self) }
        }
        let (fixed, exact) = (try scores(damaged, .int16), try scores(damaged, .fp32))
        #expect(largestDifference(fixed.flatMap(\.self), exact.flatMap(\.self)) < 5e-5)
        if damage != "empty region" { #expect(largestDifference(fixed[5], exact[5]) < 2e-6) }
        var (others, before) = (fixed, try scores(given.images(), .int16))
        others.remove(at: 5)
        before.remove(at: 5)
        #expect(largestDifference(others.flatMap(\.self), before.flatMap(\.self)) < 1e-6)
    }

    @Test(arguments: [Precision.fp32, .int16], [1, 2, 5])
    func `a score is the same to the bit alone, in a batch, in pieces and on any number of threads`(
        _ precision: Precision, _ threads: Int
    ) throws {
        let given = RandomCase(
            dimension: 24, heads: 2, imageCount: 21, regions: 10, lengths: (0..<40).map { 1 + ($0 * 7) % 11 })
        let model = try given.model().ascl
        guard case .fused(let images) = try model.scorable(given.images(), in: precision).form,
            case .fused(let texts) = try model.scorable(given.texts(), in: precision).form
        else { return }
        let before = Torch.threadCount
        let all = try {
            try Torch.setThreadCount(threads)
            defer { try? Torch.setThreadCount(before) }
            return try PairScoreKernel.score(images.parts.map(\.packed), texts.packed, 0.7).array(Float.self)
        }()
        // The same tables in pieces: tables made in pieces may differ in their last bits, for libtorch's products do.
        let pieces = try stride(from: 0, to: 21, by: 4).map { first in
            try PairScoreKernel.packed(
                images: images.tables.map { try $0.sliced(0, first..<min(first + 4, 21)).contiguous() }, heads: 2,
                precision)
        }
        #expect(try PairScoreKernel.score(pieces, texts.packed, 0.7).array(Float.self) == all)
        let one = Int(texts.offsets[17])..<Int(texts.offsets[18])
        let text = try PairScoreKernel.packed(
            texts: [
                texts.tables[0].sliced(0, one), texts.tables[1].sliced(0, one), texts.tables[2].sliced(0, one),
                texts.tables[3].sliced(0, gramStart(texts.offsets, 17)..<gramStart(texts.offsets, 18)),
                texts.tables[4].sliced(0, 2 * one.lowerBound..<2 * one.upperBound),
            ].map { try $0.contiguous() }, offsets: [0, Int64(one.count)], heads: 2, numbers: [17], precision)
        let alone = try PairScoreKernel.score([pieces[2]], text, 0.7).array(Float.self)
        #expect(alone == (8..<12).map { all[$0 * 40 + 17] })
    }

    /// Where a text's Gram matrix begins, of 2 heads.
    private func gramStart(_ offsets: [Int64], _ text: Int) -> Int {
        (0..<text).reduce(0) { start, text in
            let weights = 2 * Int(offsets[text + 1] - offsets[text])
            return start + weights * weights
        }
    }

    @Test(arguments: [Precision.fp32, .int16], [Float.nan, .infinity])
    func `an item with a number that is none is named before anything is scored`(
        _ precision: Precision, _ number: Float
    ) throws {
        let given = RandomCase()
        let model = try given.model().ascl
        let (images, texts) = (try given.images(), try given.texts())
        try images.regions.withBytes { $0.bindMemory(to: Float.self)[2 * 5 * 7 + 3] = number }
        let image = #expect(throws: TorchError.self) {
            try withoutGradients { try model.scorable(images, in: precision) }
        }
        #expect(image?.description.contains("number 2 (from 0) of the images") == true, "\(image as Any)")
        // The first text has 4 words of 6 numbers.
        try texts.rows.withBytes { $0.bindMemory(to: Float.self)[4 * 6] = number }
        let text = #expect(throws: TorchError.self) {
            try withoutGradients { try model.scorable(texts, in: precision) }
        }
        #expect(text?.description.contains("number 1 (from 0) of the texts") == true, "\(text as Any)")
    }

    @Test func `a row of zeros scores zero in either precision`() throws {
        let given = RandomCase(lengths: [3, 1])
        let model = try given.model().ascl
        let nothing = try ImageBatch(regions: .zeros([1, 5, 12]), globals: .zeros([1, 12]))
        let words = try TextBatch(rows: .zeros([4, 12]), lengths: [3, 1])
        for precision in [Precision.fp32, .int16] {
            let scores = try model.similarity(
                model.scorable(projected: nothing, in: precision), model.scorable(projected: words, in: precision))
            #expect(try scores.detached().array(Float.self) == [0, 0])
        }
    }

    @Test func `what the kernel cannot serve in 16-bit integers is refused`() throws {
        let given = RandomCase(fusion: .gated)
        let error = #expect(throws: TorchError.self) { try given.model().ascl.scorable(given.images(), in: .int16) }
        #expect(error?.description.contains("int16 needs sum fusion") == true)
    }

    @Test func `sides of different precisions are refused as that`() throws {
        let given = RandomCase()
        let model = try given.model().ascl
        let error = #expect(throws: TorchError.self) {
            try withoutGradients {
                try model.similarity(
                    model.scorable(given.images(), in: .int16), model.scorable(given.texts(), in: .fp32))
            }
        }
        #expect(error?.description.contains("expected images and texts in one precision") == true, "\(error as Any)")
    }

    @Test func `every failure of the kernel has a reason of its own`() {
        let reasons = (1...5).map { PairScoreKernel.reason(.init(rawValue: $0)) }
        #expect(Set(reasons).count == 5 && !reasons.contains("an unknown failure"))
        #expect(reasons[3].contains("instructions"))
    }

    @Test func `gradients need a record on both sides`() throws {
        let given = RandomCase()
        let model = try given.model().ascl
        let images = try withoutGradients { try model.scorable(given.images()) }
        let error = #expect(throws: TorchError.self) { try model.similarity(images, model.scorable(given.texts())) }
        #expect(error?.description.contains("both sides") == true)
    }
}

/// The same scores on a card, by operators.
@Suite(.enabled(if: Device.cudaCount > 0, "no CUDA card that this libtorch can use"))
struct CUDAScoreTests {
    private let card = Device.cuda(0)

    @Test(arguments: Fusion.allCases, [Precision.fp32, .bf16])
    func `scores and gradients are those of the CPU`(_ fusion: Fusion, _ precision: Precision) throws {
        let given = RandomCase(fusion: fusion, dimension: 32, heads: 4, lengths: [4, 1, 7, 2, 12])
        let (here, parametersHere) = try given.model()
        let (there, parametersThere) = try given.model(on: card)
        let (images, texts) = (try given.images(), try given.texts())
        let cardImages = try ImageBatch(
            regions: images.regions.to(device: card), globals: images.globals.to(device: card))
        let cardTexts = try texts.replacingRows(texts.rows.to(device: card))
        let expected = try here.similarity(here.scorable(images), here.scorable(texts))
        func scores() throws -> Tensor { try there.similarity(there.scorable(cardImages), there.scorable(cardTexts)) }
        let found = try (precision == .bf16 ? autocast(.bfloat16, on: card, scores) : scores()).to(.float32)
        #expect(found.device == card)
        let tolerance: Float = precision == .bf16 ? 0.05 : 1e-4
        #expect(try largestDifference(found.to(device: .cpu), expected) < tolerance)
        guard precision == .fp32 else { return }
        try (expected * expected).sum().backward()
        try (found * found).sum().backward()
        for (one, other) in zip(parametersHere.entries, parametersThere.entries) {
            guard let gradient = one.tensor.gradient else { continue }
            let difference = try largestDifference(
                #require(other.tensor.gradient).to(device: .cpu), gradient)
            #expect(difference < 1e-3, "\(one.name)")
        }
    }
}
