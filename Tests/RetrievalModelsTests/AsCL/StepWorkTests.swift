import Testing
import Torch

@testable import RetrievalModels

@Suite struct StepWorkTests {
    /// Two images of three regions, texts of two words and of one, D 8 in two heads: every product written out.
    @Test func `a step's multiply-adds are those of its products`() throws {
        let configuration = try AsCLConfiguration(
            jointDimension: 8, heads: 2, regionDimension: 7, globalDimension: 5, textDimension: 6, localWeight: 0.7)
        let work = configuration.stepWork(images: 2, regions: 3, lengths: [2, 1])
        let projections: Double = 8 * (6 * 7 + 2 * 5 + 3 * 6)
        #expect(work.projections == .init(forward: projections, backward: projections))
        // Query, unit, key and the two products of a row; the weights' own products; Gram matrices; global features.
        let images: Double = 5 * (6 * 64) + 2 * 512 + 2 * (6 * 6 * 4) + 2 * 64
        let texts: Double = 5 * (3 * 64) + 2 * 512 + (4 * 4 * 4 + 2 * 2 * 4)
        #expect(work.tables == .init(forward: images + texts, backward: 2 * (images + texts)))
        // Each text with each image: four products of words and regions, halves of both forms, both attended vectors.
        let two: Double = 4 * 48 + (3 * 4 * 4 + 2 * 6 * 6) / 2 + 4 * 8 + 6 * 8
        let one: Double = 4 * 24 + (3 * 2 * 2 + 1 * 6 * 6) / 2 + 2 * 8 + 6 * 8
        let backwardTwo: Double = 12 * 48 + 3 * (3 * 4 * 4 + 2 * 6 * 6) / 2 + 3 * (4 * 8 + 6 * 8)
        let backwardOne: Double = 12 * 24 + 3 * (3 * 2 * 2 + 1 * 6 * 6) / 2 + 3 * (2 * 8 + 6 * 8)
        #expect(work.pairs == .init(forward: 2 * (two + one), backward: 2 * (backwardTwo + backwardOne)))
        #expect(work.sum == 2 * projections + 3 * (images + texts) + work.pairs.forward + work.pairs.backward)
    }

    /// One block of images and one of texts, so that every table is met once.
    @Test func `a gradient's bytes are those of its tables and of what lies between`() throws {
        let given = RandomCase(dimension: 8, heads: 2, imageCount: 2, regions: 3, lengths: [1, 2])
        let model = try given.model().ascl
        let (images, texts) = (try model.scorable(given.images()), try model.scorable(given.texts()))
        let blocks = 3 * (3 * 6 * 8 + 2 * 6 * 6 + 3 * 3 * 8 + 2 * 2 + 4 * 4)
        let attended = 3 * (2 * 6 * 8 + 2 * 3 * 8) + 5 * 4 * 8
        let means = 4 * (4 * 6 + 2 * 6)
        #expect(try model.gradientBytes(images, texts) == 4 * (blocks + attended + means))
        let unrecorded = try withoutGradients { try model.scorable(given.images()) }
        #expect(try model.gradientBytes(unrecorded, texts) == nil)
    }

    @Test(arguments: [Precision.fp32, .int16])
    func `gradients that end at the tables are those that go through them`(_ precision: Precision) throws {
        let given = RandomCase()
        let (model, parameters) = try given.model()
        guard case .fused(let images) = try model.scorable(given.images(), in: precision).form,
            case .fused(let texts) = try model.scorable(given.texts(), in: precision).form
        else { return }
        let tables = images.tables + texts.tables
        let through = try model.similarity(.init(form: .fused(images)), .init(form: .fused(texts))).sum()
        let expected = try Tensor.gradients(of: [through], for: tables)
        let (left, right) = (
            try ScorableImages(form: .fused(images)).leaves(), try ScorableTexts(form: .fused(texts)).leaves()
        )
        try model.similarity(left, right).sum().backward()
        guard case .fused(let leftLeaves) = left.form, case .fused(let rightLeaves) = right.form else { return }
        let leaves = leftLeaves.tables + rightLeaves.tables
        // Of a key only itself: the Gram matrices and values that are made of it are leaves too.
        for place in leaves.indices where place != 2 && place != 8 {
            #expect(try largestDifference(#require(leaves[place].gradient), #require(expected[place])) == 0)
        }
        #expect(leaves[2].gradient != nil && leaves[8].gradient != nil)
        #expect(parameters.entries.allSatisfy { $0.tensor.gradient == nil })
    }
}
