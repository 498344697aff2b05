import AsCLBase
import Foundation
import RetrievalData
import RetrievalFixtures
import Testing

@testable import FeatureImport

/// Published region features of pictures that are numbered, as people have them: made here, number by number.
final class Published {
    let scratch: ScratchFolder
    let path: String

    init() throws {
        scratch = try ScratchFolder()
        path = scratch.path
    }

    /// Region `region` of picture `id` is `[id + region / 10, id + region / 10 + 0.01, ...]`.
    static func features(_ id: Int, _ count: Int, dimension: Int = 3) -> [Float] {
        (0..<count).flatMap { region in
            (0..<dimension).map { Float(Double(id) + (Double(region) / 10 + Double($0) / 100)) }
        }
    }

    /// In pixels of a picture of 200 x 100.
    static func boxes(_ count: Int) -> [Float] { (0..<count).flatMap { [Float($0), 10, 100, 50] } }

    static func base64(_ values: [Float]) -> String {
        values.withUnsafeBytes { Data($0) }.base64EncodedString()
    }

    /// A line of bottom-up attention's table, without its end.
    static func line(_ name: String, _ id: Int, _ count: Int = 2) -> String {
        [name, "200", "100", "\(count)", base64(boxes(count)), base64(features(id, count))].joined(separator: "\t")
    }

    /// A line of LXMERT's table.
    static func lxmert(_ name: String, _ id: Int, confidences: [Float]) -> String {
        let count = confidences.count
        let ids = Data(count: 8 * count).base64EncodedString()
        return [
            name, "100", "200", ids, base64(confidences), ids, base64(confidences), "\(count)", base64(boxes(count)),
            base64(features(id, count)),
        ].joined(separator: "\t")
    }

    func table(_ lines: [String], as name: String = "trainval_36.tsv", end: String = "\r\n") throws -> String {
        try scratch.write(lines.map { $0 + end }.joined(), to: name)
        return "\(path)/\(name)"
    }

    /// A JSON of pictures: number, file's name and split each.
    func json(_ images: [(id: Int, name: String, split: String)], name: String = "dataset_x.json") throws -> String {
        let content = images.enumerated().map { index, image -> [String: Any] in
            [
                "cocoid": image.id, "imgid": index, "filename": image.name, "split": image.split,
                "sentences": [["raw": "picture \(image.id)"], ["raw": "again"]],
            ]
        }
        try JSONSerialization.data(withJSONObject: ["images": content])
            .write(to: URL(fileURLWithPath: "\(path)/\(name)"))
        return "\(path)/\(name)"
    }

    /// Four pictures: train has two, one of them of restval, and val and test one each.
    func fourImages() throws -> String {
        try json([(7, "p_7.jpg", "val"), (5, "p_5.jpg", "restval"), (9, "p_9.jpg", "test"), (3, "p_3.jpg", "train")])
    }

    var output: String { path + "/out" }

    @discardableResult
    func run(_ paths: [String], _ json: String, regions: Int? = nil, stoppingAfter limit: Int = .max) throws
        -> ImportSummary
    {
        var asked = 0
        return try FeatureImport(paths: paths, karpathy: json, regions: regions, output: output).run(isCancelled: {
            asked += 1
            return asked > limit
        })
    }

    /// The line of the error that `body` throws, without this folder's name.
    func refusal(_ body: () throws -> some Any) throws -> String {
        let error = try #require(throws: InputError.self) { _ = try body() }
        return error.description.replacingOccurrences(of: path, with: "DIR")
    }
}

extension RetrievalSplit {
    /// An image's regions.
    func features(_ image: Int) throws -> [Float] {
        let target = UnsafeMutableBufferPointer<Float>.allocate(capacity: regionCount * regionDimension)
        defer { target.deallocate() }
        try gatherRegions([image], into: target)
        return Array(target)
    }
}
