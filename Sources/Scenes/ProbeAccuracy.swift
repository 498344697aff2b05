import Foundation

/// How often a score ordered right above wrong.
public struct ProbeAccuracy: Codable, Sendable, Equatable {
    /// Cases tried.
    public let cases: Int
    /// Those whose right caption scored above the wrong one, in percent; a tie counts as wrong.
    public let percent: Double
}

extension ProbeCase {
    /// Reads a `<split>_probe.json`.
    /// - Throws: `SceneError` when it is missing, malformed or names an image that the split does not have.
    public static func read(_ path: String, imageCount: Int) throws(SceneError) -> [ProbeCase] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw .file(path: path, reason: "expected probe cases, found no readable file")
        }
        guard let cases = try? JSONDecoder().decode([ProbeCase].self, from: data) else {
            throw .file(
                path: path, reason: "expected an array of {image, right, wrong, type}, found JSON of another form")
        }
        for (index, probe) in cases.enumerated() where !(0..<imageCount).contains(probe.image) {
            throw .file(
                path: path, reason: "expected images below \(imageCount), found \(probe.image) in case \(index)")
        }
        return cases
    }
}

extension [ProbeCase] {
    /// The accuracy of each type that occurs, by the type's name.
    /// - Parameter scores: Gives the score of each case's right and wrong caption.
    public func accuracies(
        _ scores: ([ProbeCase]) throws -> [(right: Float, wrong: Float)]
    ) rethrows -> [String: ProbeAccuracy] {
        let won = try zip(self, scores(self)).map { ($0.type, $1.right > $1.wrong) }
        return Dictionary(grouping: won, by: \.0.rawValue).mapValues { cases in
            ProbeAccuracy(cases: cases.count, percent: 100 * Double(cases.count { $0.1 }) / Double(cases.count))
        }
    }
}
