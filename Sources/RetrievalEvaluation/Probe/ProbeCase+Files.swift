import ArrayFiles
package import AsCLBase
import Foundation
package import RetrievalData

/// The cases of a file that a split can try, and what was left out.
package struct ProbeReading: Sendable, Equatable {
    /// The cases, in the file's order.
    package let cases: [ProbeCase]
    /// Images that the file has cases of and the split does not have; their cases are left out.
    package let missingImages: Int
    /// FOIL captions without the original they were made from, which are left out.
    package let unpairedFoils: Int

    /// What has to be told of a file's cases that are left out, a line each.
    package func notices(_ path: String, _ split: RetrievalSplit) -> [String] {
        (missingImages > 0 ? ["\(path): \(missingImages) images are not among those of \(split.name)"] : [])
            + (unpairedFoils > 0 ? ["\(path): \(unpairedFoils) foils are without their right caption"] : [])
    }
}

extension ProbeCase {
    /// Reads cases of the images of `split`: the own form (an array of `{image, right, wrong, type}`, image being an
    /// index in the split), FOIL-COCO's or SugarCrepe's JSON, told apart by their structure. The latter two name images
    /// by file name (COCO's names of 2014 and of 2017 match each other); their cases are of type I.
    /// - Throws: `InputError` when the file is missing or malformed, a caption is blank, an index is beyond the split,
    ///   images are named and the split has no names, or the split has none of the images.
    package static func read(_ path: String, split: RetrievalSplit) throws(InputError) -> ProbeReading {
        let reading =
            switch try content(of: path) {
            case .cases(let cases):
                ProbeReading(cases: cases, missingImages: 0, unpairedFoils: 0)
            case .foil(let foil):
                try matched(foil.pairs(path: path), path: path, split: split)
            case .sugarCrepe(let pairs):
                try matched((sorted(pairs), 0), path: path, split: split)
            }
        guard !reading.cases.isEmpty else {
            throw InputError(path: path, place: "content", expected: "at least one case", found: "none")
        }
        for (index, probe) in reading.cases.enumerated() where !(0..<split.imageCount).contains(probe.image) {
            throw InputError(
                path: path, place: "case \(index)", expected: "an image below \(split.imageCount)",
                found: "\(probe.image)")
        }
        for (index, probe) in reading.cases.enumerated()
        where probe.right.trimmed.isEmpty || probe.wrong.trimmed.isEmpty {
            throw InputError(
                path: path, place: "case \(index)", expected: "a right and a wrong caption", found: "a blank one")
        }
        return reading
    }

    private static func content(of path: String) throws(InputError) -> ProbeFile {
        let expected = "an array of {image, right, wrong, type}, FOIL or SugarCrepe pairs"
        let data = try TextFile.read(path, expected: "a readable file")
        do {
            return try JSONDecoder().decode(ProbeFile.self, from: data)
        } catch let error as DecodingError {
            throw InputError(path: path, place: "JSON", expected: expected, found: error.oneLine)
        } catch {
            throw InputError(path: path, place: "JSON", expected: expected, found: error.localizedDescription)
        }
    }

    /// SugarCrepe's pairs in the order of their numbers.
    private static func sorted(_ pairs: [String: ProbeFile.SugarCrepePair]) -> [ProbeFile.Pair] {
        pairs.sorted { ($0.key.count, $0.key) < ($1.key.count, $1.key) }.map { number, pair in
            ProbeFile.Pair(
                place: "pair \(number)", imageName: pair.filename, right: pair.caption, wrong: pair.negative_caption)
        }
    }

    private static func matched(
        _ content: (pairs: [ProbeFile.Pair], unpaired: Int), path: String, split: RetrievalSplit
    ) throws(InputError) -> ProbeReading {
        guard let names = split.imageNames else {
            throw InputError(
                path: path, place: "images",
                expected: "a split with image names (\(split.name)_ids.txt), for the file knows images by name",
                found: "none")
        }
        let images = Dictionary(names.enumerated().map { (key($1), $0) }, uniquingKeysWith: { first, _ in first })
        var cases: [ProbeCase] = []
        var missing: Set<String> = []
        for pair in content.pairs {
            if let image = images[key(pair.imageName)] {
                cases.append(ProbeCase(image: image, right: pair.right, wrong: pair.wrong, type: .detail))
            } else {
                missing.insert(key(pair.imageName))
            }
        }
        if cases.isEmpty, let first = content.pairs.first {
            throw InputError(
                path: path, place: "images", expected: "some of split \(split.name)'s, such as \(names[0])",
                found: "\(missing.count) others, such as \(first.imageName)")
        }
        return ProbeReading(cases: cases, missingImages: missing.count, unpairedFoils: content.unpaired)
    }

    /// A name without folder and without the split's name that COCO put before the number until 2014
    /// (`COCO_val2014_000000000042.jpg`); the numbers are unique over its splits.
    private static func key(_ imageName: String) -> String {
        let file = imageName.split(separator: "/").last ?? ""
        return String(file.hasPrefix("COCO_") ? file.split(separator: "_").last ?? file : file)
    }
}

extension [ProbeCase] {
    /// Writes the cases in the own form, complete or not at all; equal cases give equal bytes.
    /// - Throws: `InputError` when the file cannot be written.
    package func write(to path: String) throws(InputError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data: Data
        do {
            data = try encoder.encode(self)
        } catch {
            throw InputError(path: path, place: "writing", expected: "cases of text", found: "\(error)")
        }
        try AtomicFile.write(data, to: path)
    }
}
