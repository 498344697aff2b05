import AsCLBase
import Foundation
import Testing
import TextEncoding
import Torch

@testable import RetrievalModels

/// What UNITER+DG learns from a denotation graph.
@Suite struct UNITERGraphTests {
    /// With everything, without an image outside, without a parent; and one whose parent is itself.
    private static let visits = [
        GraphBatch.Visit(text: 0, image: 0, wrongImage: 1, wrongText: 2, parent: 1, stranger: 2),
        GraphBatch.Visit(text: 2, image: 1, wrongImage: nil, wrongText: 0, parent: 1, stranger: nil),
        GraphBatch.Visit(text: 1, image: 2, wrongImage: 0, wrongText: nil, parent: nil, stranger: nil),
    ]

    private struct World {
        let given: JointTaskCase<UNITER>

        init() throws {
            given = try JointTaskCase(UNITERTests.configuration(.uniterDG, dropout: 0), UNITER.init)
        }

        func terms(_ visits: [GraphBatch.Visit] = visits) throws -> [TaskTerm] {
            try given.given.scorer.whileTraining.terms(
                of: GraphBatch(images: given.pairs.images, texts: given.pairs.texts, visits: visits), specificity: 0.3,
                links: 0.2)
        }
    }

    private static func softplus(_ x: Double) -> Double { log(1 + exp(x)) }

    @Test func `matching, specificity and links are those of the equations`() throws {
        let world = try World()
        let given = world.given
        let terms = try world.terms()
        #expect(terms.map(\.name) == ["match", "specificity", "links"] && terms.map(\.weight) == [1, 0.3, 0.2])
        func idle(_ name: String) -> Bool {
            name.hasSuffix("self.key.bias") || name.hasPrefix("heads.mlm") || name.hasPrefix("heads.regression")
                || name.hasSuffix("mask_embedding")
        }
        func score(_ plain: PlainJoint, _ text: Int, _ image: Int) -> Double {
            plain.score(rows: given.rows[text], given.images[image])
        }
        try given.expect(terms[0]) { plain in
            Plain.mean(
                Self.visits.map { visit in
                    var sum = Self.softplus(-score(plain, visit.text, visit.image))
                    if let image = visit.wrongImage { sum += Self.softplus(score(plain, visit.text, image)) / 2 }
                    if let text = visit.wrongText { sum += Self.softplus(score(plain, text, visit.image)) / 2 }
                    return sum
                })
        } idle: {
            idle($0) || $0.hasPrefix("heads.link")
        }
        try given.expect(terms[1]) { plain in
            Plain.mean(
                Self.visits.filter { $0.parent != nil }.map { visit in
                    max(0, score(plain, 1, visit.image) - score(plain, visit.text, visit.image))
                })
        } idle: {
            idle($0) || $0.hasPrefix("heads.link") || $0 == "heads.match.bias"
        }
        try given.expect(terms[2]) { plain in
            let states = given.rows.map { plain.textStates(rows: $0)[0] }
            let (weight, bias) = (plain.p["heads.link.weight"], plain.p["heads.link.bias"][0])
            func edge(_ from: Int, _ to: Int) -> Double {
                let rows = (0..<8).map { Array(weight[$0 * 8..<$0 * 8 + 8]) }
                return Plain.dot(states[from], rows.map { Plain.dot($0, states[to]) }) + bias
            }
            let logits: [Double] = [-edge(1, 0), edge(0, 1), edge(1, 2), -edge(1, 2), edge(2, 1)]
            return Plain.mean(logits.map(Self.softplus))
        } idle: {
            idle($0) || $0.hasPrefix("joint.image") || $0.hasPrefix("joint.pooler") || $0.hasPrefix("heads.match")
        }
    }

    @Test func `nothing is more specific than itself`() throws {
        let itself = GraphBatch.Visit(text: 0, image: 0, wrongImage: 1, wrongText: 2, parent: 0, stranger: nil)
        let terms = try World().terms([itself])
        #expect(try terms[1].name == "specificity" && terms[1].value.item() == 0)
    }

    @Test func `without a parent there is a match alone`() throws {
        #expect(try World().terms([Self.visits[2]]).map(\.name) == ["match"])
    }
}
