import ArrayFiles
import AsCLBase
import Foundation
import RetrievalData

/// Joins the features that several machines made of the shards of one list.
package enum FeatureMerge {
    private struct Part {
        let path: String
        let manifest: FeatureManifest
        let result: FeatureManifest.Result
        let shard: Shard

        init(path: String) throws {
            let place = "\(path)/\(FeatureManifest.name)"
            guard let manifest = try FeatureManifest(folder: path) else {
                throw InputError(
                    path: place, place: "opening", expected: "the settings of a shard's features", found: "no file")
            }
            guard let shard = manifest.shard.flatMap({ Shard($0) }) else {
                throw InputError(
                    path: place, place: "shard", expected: "one as 2/3", found: manifest.shard ?? "none")
            }
            guard let result = manifest.result else {
                throw InputError(
                    path: place, place: "result", expected: "that of a finished run", found: "none: run it again")
            }
            self.path = path
            self.manifest = manifest
            self.result = result
            self.shard = shard
        }
    }

    /// Writes into `output` what one run over the whole list would have written, to the byte. The folders may come in
    /// any order; they have to be all shards of one list, each once, made with the same settings. Nothing is held in
    /// memory but names. A later run into `output` computes all features anew, as it has no blocks.
    package static func merge(_ folders: [String], into output: String) throws -> ExtractionSummary {
        let start = ContinuousClock.now
        let parts = try parts(folders)
        var manifest = parts[0].manifest
        manifest.shard = nil
        manifest.result = nil
        let folder = try FeatureFolder(path: output, manifest: manifest)
        var pictures: [String: Int] = [:]
        for split in manifest.splits {
            pictures[split] = try join(split, of: parts, layout(manifest, parts[0]), folder)
        }
        let failures = try failures(of: parts)
        if !failures.lines.isEmpty { try folder.stage(failures.text, FailureTable.name) }
        let classNames = "\(parts[0].path)/\(FeatureFolder.classNamesName)"
        if FileManager.default.fileExists(atPath: classNames) {
            try FileManager.default.copyItem(
                atPath: classNames, toPath: folder.staged(FeatureFolder.classNamesName))
        }
        let captions = try CaptionsCopy.names(in: parts[0].path).first.map {
            try CaptionsCopy(source: "\(parts[0].path)/\($0)", output: output)
        }
        try captions?.copy(to: folder.staging)
        try folder.publish(captions.map { [$0.name] } ?? [])
        try folder.setResult(
            FeatureManifest.Result(list: parts[0].result.list, pictures: pictures, failed: failures.lines.count))
        let count = pictures.values.reduce(0, +)
        return ExtractionSummary(
            total: count + failures.lines.count, new: 0, reused: count, failed: failures.lines.count, removed: 0,
            seconds: (ContinuousClock.now - start) / .seconds(1))
    }

    /// The folders in the order of their shards, after a look whether they belong together.
    private static func parts(_ folders: [String]) throws -> [Part] {
        let parts = try folders.map { try Part(path: $0) }.sorted { $0.shard.index < $1.shard.index }
        guard let first = parts.first else {
            throw InputError(path: "merge", place: "folders", expected: "one a shard", found: "none")
        }
        for (number, part) in parts.enumerated() {
            let place = "\(part.path)/\(FeatureManifest.name)"
            var manifest = part.manifest
            manifest.shard = first.manifest.shard
            try first.manifest.check(equals: manifest, path: place)
            guard part.result.list == first.result.list else {
                throw InputError(
                    path: place, place: "list", expected: "the pictures that \(first.path) is a shard of",
                    found: "another list")
            }
            guard part.shard.count == first.shard.count, part.shard.index == number + 1 else {
                throw InputError(
                    path: place, place: "shard", expected: "\(number + 1)/\(first.shard.count), every shard once",
                    found: "\(part.shard)")
            }
        }
        guard parts.count == first.shard.count else {
            throw InputError(
                path: "merge", place: "folders", expected: "\(first.shard.count), one a shard",
                found: "\(parts.count), without shard \(parts.count + 1)/\(first.shard.count)")
        }
        return parts
    }

    private static func layout(_ manifest: FeatureManifest, _ part: Part) throws -> RecordLayout {
        guard let type = [ElementType.float16, .float32].first(where: { "\($0)" == manifest.elementType }) else {
            throw InputError(
                path: "\(part.path)/\(FeatureManifest.name)", place: "elementType", expected: "float16 or float32",
                found: manifest.elementType)
        }
        return RecordLayout(shape: manifest.shape, elementType: type)
    }

    /// Joins the files of a split, and says how many pictures they hold.
    private static func join(
        _ split: String, of parts: [Part], _ layout: RecordLayout, _ folder: FeatureFolder
    ) throws -> Int {
        let parts = parts.filter { $0.result.pictures[split] != 0 }
        guard !parts.isEmpty else { return 0 }
        var ids = ""
        var count = 0
        for part in parts {
            let path = "\(part.path)/\(split)_ids.txt"
            let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
            let lines = text.utf8.count { $0 == UInt8(ascii: "\n") }
            guard lines == part.result.pictures[split] else {
                throw InputError(
                    path: path, place: "lines", expected: "\(part.result.pictures[split] ?? 0), as features.json says",
                    found: "\(lines)")
            }
            ids += text
            count += lines
        }
        try folder.stage(ids, split + "_ids.txt")
        for column in layout.columns {
            let name = split + column.suffix
            let writer = try NumpyWriter(
                path: folder.staged(name), elementType: column.elementType, shape: [count] + column.rowShape)
            for part in parts {
                let array = try NumpyArray(path: "\(part.path)/\(name)")
                let expected = [part.result.pictures[split] ?? 0] + column.rowShape
                guard array.shape == expected, array.elementType == column.elementType else {
                    throw InputError(
                        path: array.path, place: "header", expected: "\(column.elementType) \(expected)",
                        found: "\(array.elementType) \(array.shape)")
                }
                try withExtendedLifetime(array.file) { try writer.append(array.bytes) }
            }
            try writer.finish()
        }
        return count
    }

    private static func failures(of parts: [Part]) throws -> FailureTable {
        try FailureTable(
            lines: parts.flatMap { part in
                let lines = try FailureTable(folder: part.path).lines
                guard lines.count == part.result.failed else {
                    throw InputError(
                        path: "\(part.path)/\(FailureTable.name)", place: "lines",
                        expected: "\(part.result.failed) after the first, as features.json says",
                        found: "\(lines.count)")
                }
                return lines
            })
    }
}
