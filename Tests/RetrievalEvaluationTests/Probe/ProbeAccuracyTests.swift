import RetrievalData
import RetrievalFixtures
import Testing

@testable import RetrievalEvaluation

@Suite struct ProbeAccuracyTests {
    @Test func `a tie is wrong`() {
        let cases = [
            ProbeCase(image: 0, right: "a", wrong: "b", type: .detail),
            ProbeCase(image: 1, right: "a", wrong: "b", type: .detail),
            ProbeCase(image: 1, right: "a", wrong: "b", type: .joined),
        ]
        let accuracies = cases.accuracies { _ in [(0.5, 0.4), (0.5, 0.5), (0.1, 0.2)] }
        #expect(accuracies["I"] == ProbeAccuracy(cases: 2, percent: 50))
        #expect(accuracies["II"] == ProbeAccuracy(cases: 1, percent: 0))
        #expect(accuracies["III"] == nil)
    }
}
