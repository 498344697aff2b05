import Foundation
import RetrievalData

/// Which image of a Karpathy JSON each id of published features means.
///
/// Ids follow one of several customs, and a number may be a right answer by two of them. So one custom is taken for the
/// whole source: the one by which most ids mean an image, of equals the first in this order.
struct ImageMatching {
    /// How ids say which image is meant.
    enum Custom: String, CaseIterable {
        /// `val2014/COCO_val2014_000000391895.jpg`.
        case path = "filepath/filename"
        /// `1000092795.jpg`, whatever folder stands before it.
        case filename = "filename"
        /// `1000092795`.
        case stem = "filename without its extension"
        /// `1000092795.png`, of a picture that is a `.jpg` in the JSON.
        case anyExtension = "filename of any extension"
        /// `391895`, `COCO_val2014_000000391895`: the JSON's cocoid, or the number that ends the file's name.
        case number = "cocoid"
        /// `0` to the number of images.
        case imgid = "imgid"
    }

    /// The custom that was found.
    let custom: Custom
    /// The image of each id; nil where none has it.
    let imageOfID: [Int?]
    /// Ids that mean an image.
    let count: Int

    init(ids: [String], images: [KarpathyFile.Image]) {
        var best: (custom: Custom, images: [Int?], count: Int) = (.path, ids.map { _ in nil }, 0)
        for custom in Custom.allCases {
            var imageOfKey: [String: Int] = [:]
            var shared: Set<String> = []
            for (index, image) in images.enumerated() {
                guard let key = custom.key(of: image) else { continue }
                if imageOfKey.updateValue(index, forKey: key) != nil { shared.insert(key) }
            }
            // A key that means two images means none.
            for key in shared { imageOfKey[key] = nil }
            let found = ids.map { custom.key(of: $0).flatMap { imageOfKey[$0] } }
            let count = found.count { $0 != nil }
            if count > best.count { best = (custom, found, count) }
        }
        (custom, imageOfID, count) = best
    }
}

extension ImageMatching.Custom {
    /// What identifies an image of the JSON.
    func key(of image: KarpathyFile.Image) -> String? {
        switch self {
        case .path: image.filepath.map { "\($0)/\(image.filename)" }
        case .filename: image.filename
        case .stem, .anyExtension: Self.withoutExtension(image.filename)
        case .number: image.cocoid?.number.map(String.init) ?? Self.number(endOf: image.filename)
        case .imgid: image.imgid?.number.map(String.init)
        }
    }

    /// What an id says of an image.
    func key(of id: String) -> String? {
        let name = id.split(separator: "/").last.map(String.init) ?? id
        return switch self {
        case .path: id
        case .filename, .stem: name
        case .anyExtension: Self.withoutExtension(name)
        case .number: Self.number(endOf: name)
        case .imgid: Int(name).map(String.init)
        }
    }

    private static func withoutExtension(_ name: String) -> String {
        name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    }

    /// The number after the last underscore, without the zeros before it.
    private static func number(endOf name: String) -> String? {
        withoutExtension(name).split(separator: "_").last.flatMap { Int($0) }.map(String.init)
    }
}
