import AsCLBase
import Foundation
import RetrievalData

/// One line of a published table, its columns taken apart and none of its arrays decoded.
struct RegionTableLine {
    typealias Text = Slice<UnsafeRawBufferPointer>

    let id: String
    /// What the table is called.
    let form: String
    let regionCount: Int
    /// Width and height of the picture in pixels.
    let size: (width: Float, height: Float)?
    let boxes: Text?
    let confidences: Text?
    /// Base64 of `[regions, dimension]`.
    let features: Features
    let place: (path: String, line: Int)

    /// Where the features' base64 stands: in the table itself, or taken out of JSON.
    enum Features {
        case text(Text)
        case copied([UInt8])
    }

    private struct JSONColumn: Decodable {
        let num_boxes: Int
        let features: String
    }

    /// - Parameter text: The line without its end.
    init(_ text: Text, _ columns: RegionTableColumns, path: String, number: Int) throws(InputError) {
        place = (path, number)
        form = columns.rawValue
        func wrong(_ expected: String, _ found: String) -> InputError {
            InputError(path: path, place: "line \(number)", expected: expected, found: found)
        }
        // The last column is not looked through for more: most of the file is there, and its length is held to the others'.
        let fields = text.split(
            separator: UInt8(ascii: "\t"), maxSplits: columns.count - 1, omittingEmptySubsequences: false)
        guard fields.count == columns.count else {
            throw wrong("\(columns.count) columns, as \(columns.rawValue) has", "\(fields.count)")
        }
        func count(_ column: Int, _ name: String) throws(InputError) -> Int {
            let text = String(decoding: fields[column].prefix(20), as: UTF8.self)
            guard let value = Int(text), 1...1_000_000 ~= value else {
                throw wrong("\(name) from 1 to 1,000,000", text.isEmpty ? "nothing" : text.shownInOneLine)
            }
            return value
        }
        guard let id = String(validating: fields[0].prefix(4096), as: UTF8.self), !id.trimmed.isEmpty else {
            throw wrong("an image's name in UTF-8", "none")
        }
        self.id = id.trimmed
        switch columns {
        case .bottomUpAttention:
            size = (Float(try count(1, "image_w")), Float(try count(2, "image_h")))
            regionCount = try count(3, "num_boxes")
            (boxes, confidences) = (Base64Floats.unwrapped(fields[4]), nil)
        case .lxmert:
            size = (Float(try count(2, "img_w")), Float(try count(1, "img_h")))
            regionCount = try count(7, "num_boxes")
            (boxes, confidences) = (Base64Floats.unwrapped(fields[8]), Base64Floats.unwrapped(fields[4]))
        case .vinvl:
            regionCount = try count(1, "num_boxes")
            (size, boxes, confidences) = (nil, nil, nil)
        case .vinvlJSON:
            (size, boxes, confidences) = (nil, nil, nil)
            let column: JSONColumn
            do {
                column = try JSONDecoder().decode(JSONColumn.self, from: Data(fields[1]))
            } catch {
                throw wrong("JSON with num_boxes and features", (error as? DecodingError)?.oneLine ?? "something else")
            }
            guard 1...1_000_000 ~= column.num_boxes else {
                throw wrong("num_boxes from 1 to 1,000,000", "\(column.num_boxes)")
            }
            regionCount = column.num_boxes
            features = .copied(Array(column.features.utf8))
            return
        }
        features = .text(Base64Floats.unwrapped(fields[columns.count - 1]))
    }

    /// Takes the features' base64.
    func withFeatures<Result>(_ body: (Text) throws(InputError) -> Result) throws(InputError) -> Result {
        switch features {
        case .text(let text): return try body(text)
        case .copied(let bytes):
            return try bytes.withUnsafeBufferPointer { (bytes) throws(InputError) in
                try body(UnsafeRawBufferPointer(bytes)[...])
            }
        }
    }

    /// Size of a region's feature, as the length of the base64 tells.
    func dimension() throws(InputError) -> Int {
        try withFeatures { (text) throws(InputError) in
            guard let count = Base64Floats.count(text), count > 0, count.isMultiple(of: regionCount) else {
                throw wrong(
                    "features", "base64 of float32, a multiple of \(regionCount) regions", "\(text.count) characters")
            }
            return count / regionCount
        }
    }

    /// Holds the columns' lengths to the number of regions and to the other lines' `dimension`.
    func check(dimension: Int) throws(InputError) {
        try withFeatures { (text) throws(InputError) in
            try check(text, "features", regionCount * dimension, "\(regionCount) regions of \(dimension) numbers")
        }
        if let boxes { try check(boxes, "boxes", regionCount * 4, "\(regionCount) boxes") }
        if let confidences { try check(confidences, "objects_conf", regionCount, "\(regionCount) regions") }
    }

    /// Decodes all that the line holds.
    func regions() throws(InputError) -> ImageRegions {
        var fractions: [Float]?
        if let size, let boxes {
            fractions = try decoded(boxes, "boxes").enumerated()
                .map { $1 / ($0.isMultiple(of: 2) ? size.width : size.height) }
        }
        return ImageRegions(
            count: regionCount,
            features: try withFeatures { (text) throws(InputError) in try decoded(text, "features") },
            boxes: fractions,
            confidences: try confidences.map { (text) throws(InputError) in
                try decoded(text, "objects_conf")
            })
    }

    private func check(_ text: Text, _ column: String, _ count: Int, _ what: String) throws(InputError) {
        guard text.count == Base64Floats.length(count) else {
            throw wrong(
                column, "\(Base64Floats.length(count)) characters of base64 for \(what)",
                "\(text.count), a line that is cut off or of another kind")
        }
    }

    private func decoded(_ text: Text, _ column: String) throws(InputError) -> [Float] {
        guard let values = Base64Floats.decode(text) else {
            throw wrong(column, "base64 of float32", "other characters among the \(text.count)")
        }
        return values
    }

    private func wrong(_ column: String, _ expected: String, _ found: String) -> InputError {
        InputError(path: place.path, place: "line \(place.line), \(column)", expected: expected, found: found)
    }
}
