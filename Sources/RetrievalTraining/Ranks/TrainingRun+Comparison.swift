import AsCLBase
import Foundation
import RetrievalData
import RetrievalModels
package import Torch

extension TrainingRun {
    /// Throws in every process where one of them is about to train otherwise than process 0: by another configuration, on
    /// other data, from other weights.
    package func expectSame(in group: ProcessGroup) throws {
        let own = try JSONEncoder().encode(facts())
        let all = try group.gathered(String(decoding: own, as: UTF8.self)).map {
            try JSONDecoder().decode([Fact].self, from: Data($0.utf8))
        }
        for (rank, facts) in all.enumerated() {
            for (first, other) in zip(all[0], facts) where first.lines != other.lines {
                let lines = zip(first.lines, other.lines).first { $0 != $1 }
                throw InputError(
                    path: "rank \(rank)", place: first.name,
                    expected: "\(lines?.0 ?? "\(first.lines.count) lines"), as rank 0 has",
                    found: lines?.1 ?? "\(other.lines.count) lines")
            }
        }
    }

    /// What has to be the same everywhere.
    private struct Fact: Codable {
        let name: String
        let lines: [String]
    }

    private func facts() throws -> [Fact] {
        // Where folders are and how many threads compute are each host's own; weights are compared.
        var shared = configuration
        (shared.textEncoder.path, shared.model.from) = ("", "")
        shared.training.threads = 0
        var section = ""
        let yaml = try shared.yaml().split(separator: "\n").map { line in
            if line.hasPrefix(" ") { return section + "." + line.trimmingPrefix("  ") }
            section = String(line.prefix { $0 != ":" })
            return section
        }
        return [
            Fact(name: "ascl", lines: [Version.current]),
            Fact(name: "configuration", lines: yaml),
            Fact(name: "training split", lines: try lines(train)),
            Fact(name: "validation split", lines: try lines(validation)),
            Fact(name: "text encoder", lines: ["weights " + (try Self.digest(model.textEncoder.parameters.all))]),
            Fact(name: "model", lines: ["weights " + (try Self.digest(model.parameters.all))]),
            Fact(
                name: "teacher",
                lines: [try teacher.map { "weights " + (try Self.digest($0.parameters.all)) } ?? "none"]),
        ]
    }

    /// How many features are compared: all would take as long as to read the disk once.
    private static let comparedImages = 64

    private func lines(_ split: RetrievalSplit) throws -> [String] {
        let count = min(split.imageCount, Self.comparedImages)
        let images = try model.images(split, (0..<count).map { $0 * split.imageCount / count })
        return [
            "\(split.imageCount) images, \(split.captions.count) captions",
            "captions \(split.captionsDigest.prefix(12))",
            "features " + (try Self.digest([("regions", images.regions), ("globals", images.globals)])),
        ]
    }

    private static func digest(_ tensors: [(name: String, tensor: Tensor)]) throws -> String {
        var digest = Digest()
        for (name, tensor) in tensors {
            digest.add(name)
            try tensor.detached().to(device: .cpu).contiguous().withBytes { digest.add($0) }
        }
        return String(digest.description.prefix(12))
    }
}
