import Foundation
import RetrievalModels
import Testing
import Torch
import TorchNN

@Suite struct DistillationTests {
    static let student: [Float] = [0.5, 0.1, -0.2, 0.3, 0.4, 0.2, 0.0, 0.6, 0.1]
    static let teacher: [Float] = [0.9, -0.3, 0.2, 0.1, 0.2, 0.5, 0.3, -0.1, 0.8]

    @Test func `two pairs by hand`() throws {
        // The teacher says 3 : 1 along every row and column, the student 1 : 1.
        let teacher = try matrix([log(Float(3)), 0, 0, log(Float(3))])
        let each = 0.75 * log(0.75 / 0.5) + 0.25 * log(0.25 / 0.5)
        let found = try DistillationLoss.divergence(matrix([1, 1, 1, 1]), from: teacher, temperatures: (0.3, 1)).item()
        #expect(abs(found - 2 * each) < 1e-6)
        // At half the teacher's temperature 9 : 1.
        let sharp = 0.9 * log(0.9 / 0.5) + 0.1 * log(0.1 / 0.5)
        let sharper = try DistillationLoss.divergence(
            matrix([1, 1, 1, 1]), from: teacher, temperatures: (0.3, 0.5)
        ).item()
        #expect(abs(sharper - 2 * sharp) < 1e-6)
        // A student that scores as the teacher does, at the same temperature, has nothing to learn.
        #expect(abs(try DistillationLoss.divergence(teacher, from: teacher, temperatures: (1, 1)).item()) < 1e-7)
    }

    @Test(arguments: [nil, [0, 0, 1], [1, 1, 1]] as [[Int]?])
    func `three pairs as the formula says`(_ images: [Int]?) throws {
        let mask = try images.flatMap { try RetrievalLoss.sameImageMask($0) }
        let (student, teacher) = (try matrix(Self.student), try matrix(Self.teacher))
        let found = try DistillationLoss.divergence(
            student, from: teacher, temperatures: (0.3, 0.2), excluded: mask
        ).item()
        let expected = formula(Self.student, images: images ?? [0, 1, 2])
        #expect(abs(found - expected) < 1e-5)
    }

    @Test(arguments: [[0, 1, 2], [0, 0, 1]])
    func `gradients are the slopes, none to the teacher, none at what is excluded`(_ images: [Int]) throws {
        let (student, teacher) = (try matrix(Self.student), try matrix(Self.teacher))
        for tensor in [student, teacher] { try tensor.setRequiresGradient(true) }
        try DistillationLoss.divergence(
            student, from: teacher, temperatures: (0.3, 0.2), excluded: RetrievalLoss.sameImageMask(images)
        ).backward()
        let found = try #require(student.gradient).array(Float.self)
        for place in 0..<9 {
            let slope = [1, -1].map { sign -> Double in
                var moved = Self.student
                moved[place] += Float(sign) * 1e-3
                return Double(sign) * formula(moved, images: images) / 2e-3
            }.reduce(0, +)
            #expect(abs(Double(found[place]) - slope) < 2e-3)
        }
        #expect(teacher.gradient == nil)
        if images == [0, 0, 1] { #expect(found[1] == 0 && found[3] == 0) }
    }

    @Test func `more texts than images`() throws {
        let student = try Tensor([0, 0, 0, 0] as [Float], shape: [1, 4])
        let teacher = try Tensor([log(Float(3)), 0, 0, 0], shape: [1, 4])
        // One image: its texts 1/2, 1/6, 1/6, 1/6 against quarters; each text has one image, with nothing to choose.
        let expected = 0.5 * log(2.0) + 0.5 * log(4.0 / 6)
        #expect(
            abs(try DistillationLoss.divergence(student, from: teacher, temperatures: (1, 1)).item() - expected) < 1e-6)
    }

    @Test func `a dual encoder comes to rank as its teacher does`() throws {
        try expectLearning(FirstStageCase(.dualEncoder) { try DualEncoder($0, $1) })
    }

    @Test func `a lexicon encoder comes to rank as its teacher does`() throws {
        try expectLearning(FirstStageCase(.lexicon) { try LexiconEncoder($0, $1) })
    }

    /// The teacher's scores are random, so nothing but distillation can tell the student of them.
    private func expectLearning<Scorer>(_ given: FirstStageCase<Scorer>) throws {
        let (images, texts) = (try given.images(8), try given.texts([3, 1, 4, 2, 3, 5, 2, 4]))
        let teacher = try Tensor.uniform([8, 8], 0, 1, generator: Generator(seed: 5))
        let bestOfTeacher = try teacher.maximumIndex(1).array(Int.self)
        func agreement() throws -> Int {
            let best = try given.scores(images, texts).maximumIndex(1).array(Int.self)
            return zip(best, bestOfTeacher).count { $0 == $1 }
        }
        func divergence() throws -> Tensor {
            try DistillationLoss.divergence(
                given.scores(images, texts), from: teacher, temperatures: (0.1, 0.1))
        }
        let (agreed, before) = (try agreement(), try divergence().item())
        let adam = try Adam([.init(given.parameters)])
        for _ in 0..<60 {
            try divergence().backward()
            try adam.step(learningRate: 0.01)
        }
        #expect(try divergence().item() < before / 3)
        #expect(try agreement() >= agreed + 3)
    }

    private func matrix(_ values: [Float]) throws -> Tensor {
        let size = Int(Double(values.count).squareRoot())
        return try Tensor(values, shape: [size, size])
    }

    /// Both directions in float64, term by term, at temperatures 0.3 and 0.2.
    private func formula(_ student: [Float], images: [Int]) -> Double {
        func divergence(_ places: [Int]) -> Double {
            func logarithms(_ scores: [Float], _ temperature: Double) -> [Double] {
                let logits = places.map { Double(scores[$0]) / temperature }
                return logits.map { $0 - log(logits.map(exp).reduce(0, +)) }
            }
            return zip(logarithms(Self.teacher, 0.2), logarithms(student, 0.3)).map { exp($0) * ($0 - $1) }
                .reduce(0, +)
        }
        func counts(_ image: Int, _ text: Int) -> Bool { image == text || images[image] != images[text] }
        return (0..<3).map { query in
            divergence((0..<3).filter { counts(query, $0) }.map { query * 3 + $0 })
                + divergence((0..<3).filter { counts($0, query) }.map { $0 * 3 + query })
        }.reduce(0, +) / 3
    }
}
