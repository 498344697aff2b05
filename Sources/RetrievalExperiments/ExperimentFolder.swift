import ArrayFiles
import AsCLBase
import Foundation
import RetrievalData
import RetrievalModels
import RetrievalTraining

/// The folder of an experiment: `experiment.json` says of which data and base configuration, `runs/<variant>/seed<n>` holds
/// a training and its `result.json`, `words` what the frozen text encoder makes of the captions.
///
/// All experiments on the same data and base configuration share a folder, and so their runs.
package struct ExperimentFolder: Sendable {
    /// The folder's path.
    package let path: String
    /// What tells the data apart, by its part in the experiment.
    let data: [String: String]

    /// What a folder belongs to.
    private struct Identity: Codable {
        let configuration: String
        let data: [String: String]
    }

    /// Opens the folder, or makes it.
    /// - Throws: `InputError` naming the field in which the folder's experiment differs from this one.
    init(_ path: String, base: TrainingConfiguration, splits: ExperimentSplits) throws {
        self.path = path
        let file = path + "/experiment.json"
        try Folder.make(path)
        var digests = FileDigests(cache: path + "/data-digests.json")
        data = try splits.identity(&digests)
        let identity = Identity(configuration: try base.yaml(), data: data)
        guard let bytes = FileManager.default.contents(atPath: file) else {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            try AtomicFile.write(encoder.encode(identity) + Data("\n".utf8), to: file)
            return
        }
        guard let found = try? JSONDecoder().decode(Identity.self, from: bytes) else {
            throw InputError(
                path: file, place: "file", expected: "an experiment's identity", found: "\(bytes.count) other bytes")
        }
        for (field, value) in identity.data.sorted(by: { $0.key < $1.key }) where found.data[field] != value {
            throw InputError(
                path: file, place: field, expected: "\(value), as now", found: found.data[field] ?? "nothing")
        }
        try Self.compare(identity.configuration, with: found.configuration, of: file)
    }

    /// Refuses another configuration. A key that this version added had its default's effect before.
    private static func compare(_ now: String, with written: String, of file: String) throws {
        let before = try TrainingConfiguration(yaml: written, source: file).yaml()
        for (now, before) in zip(now.paths, before.paths) where now != before {
            throw InputError(
                path: file, place: now.key, expected: "\(now.value), as now", found: before.value)
        }
    }

    /// Where encoded captions are kept.
    var words: String { path + "/words" }

    /// A run's folder.
    func run(_ name: String, seed: Int) -> String { "\(path)/runs/\(name)/seed\(seed)" }

    /// What a run has come to, if it has been finished or has failed with this very configuration.
    func outcome(_ name: String, seed: Int, configuration: String) throws -> Outcome? {
        let folder = run(name, seed: seed)
        if let data = FileManager.default.contents(atPath: folder + "/result.json") {
            guard let result = try? JSONDecoder().decode(RunResult.self, from: data) else {
                throw InputError(
                    path: folder + "/result.json", place: "file", expected: "a run's result",
                    found: "\(data.count) other bytes")
            }
            try Self.compare(configuration, with: result.configuration, of: folder + "/result.json")
            return .finished(result)
        }
        guard let data = FileManager.default.contents(atPath: folder + "/failure.json"),
            let failure = try? JSONDecoder().decode(RunFailure.self, from: data), failure.configuration == configuration
        else { return nil }
        return .failed(reason: failure.reason)
    }

    func write(_ value: some Encodable, to name: String, of run: String, seed: Int) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.write(encoder.encode(value) + Data("\n".utf8), to: "\(self.run(run, seed: seed))/\(name)")
    }

    func read<Value: Decodable>(_ type: Value.Type, _ name: String, of run: String, seed: Int) -> Value? {
        FileManager.default.contents(atPath: "\(self.run(run, seed: seed))/\(name)")
            .flatMap { try? JSONDecoder().decode(Value.self, from: $0) }
    }
}

/// How a run ended.
package enum Outcome: Sendable {
    /// With a result.
    case finished(RunResult)
    /// Without one, and why.
    case failed(reason: String)
}

extension String {
    /// The scalars of YAML as `serialize` writes it, each with the path of its key.
    fileprivate var paths: [(key: String, value: String)] {
        var parents: [Substring] = []
        return split(separator: "\n").compactMap { line in
            let depth = line.prefix { $0 == " " }.count / 2
            let parts = line.drop { $0 == " " }.split(separator: ":", maxSplits: 1)
            parents = parents.prefix(depth) + [parts[0]]
            guard parts.count > 1, !parts[1].allSatisfy(\.isWhitespace) else { return nil }
            return (parents.joined(separator: "."), parts[1].drop { $0 == " " }.description)
        }
    }
}
