import Foundation
import Testing

@testable import Scenes

@Suite struct ProbeAccuracyTests {
    private let cases = [
        ProbeCase(image: 0, right: "a", wrong: "b", type: .detail),
        ProbeCase(image: 1, right: "a", wrong: "b", type: .detail),
        ProbeCase(image: 1, right: "a", wrong: "b", type: .joined),
    ]

    @Test func aTieIsWrong() {
        let accuracies = cases.accuracies { _ in [(0.5, 0.4), (0.5, 0.5), (0.1, 0.2)] }
        #expect(accuracies["I"] == ProbeAccuracy(cases: 2, percent: 50))
        #expect(accuracies["II"] == ProbeAccuracy(cases: 1, percent: 0))
        #expect(accuracies["III"] == nil)
    }

    @Test func readingNamesWhatIsWrong() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("probe-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        let path = file.path
        #expect(throws: SceneError.self) { try ProbeCase.read(path, imageCount: 2) }
        try JSONEncoder().encode(cases).write(to: file)
        let read = try ProbeCase.read(path, imageCount: 2)
        #expect(read == cases)
        let beyond = #expect(throws: SceneError.self) { try ProbeCase.read(path, imageCount: 1) }
        #expect(beyond?.description == "\(path): expected images below 1, found 1 in case 1")
        try Data("{}".utf8).write(to: file)
        let error = #expect(throws: SceneError.self) { try ProbeCase.read(path, imageCount: 2) }
        #expect(error?.description.hasPrefix("\(path): expected an array") == true)
    }
}
