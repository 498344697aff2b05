import ArrayFiles
import AsCLBase
import Foundation
import RetrievalData
import Testing

@testable import FeatureImport

/// LMDB databases, made by scripts/make_published_arrays.py.
@Suite struct LMDBImportTests {
    let published: Published
    let resources = #filePath.replacingOccurrences(of: "LMDBImportTests.swift", with: "Resources/lmdb/")

    init() throws { published = try Published() }

    @Test func `values that are .npz become regions, and .npy globals`() throws {
        let json = try published.fourImages()
        let summary = try FeatureImport(
            paths: [resources + "att.lmdb"], karpathy: json, globals: resources + "fc.lmdb", output: published.output
        ).run()
        #expect((summary.form, summary.withoutFeatures, summary.hasBoxes) == ("LMDB", 0, false))
        #expect(summary.images == ["train": 2, "val": 1, "test": 1])
        #expect(summary.notes[0] == "4 images in LMDB, known by their cocoid")
        let train = try Dataset(path: published.output).split("train")
        #expect(train.imageNames == ["p_5.jpg", "p_3.jpg"])
        #expect(try train.features(0) == Published.features(5, 2))
        #expect(try train.features(1) == Published.features(3, 2))
        let target = UnsafeMutableBufferPointer<Float>.allocate(capacity: 8)
        defer { target.deallocate() }
        try train.gatherGlobals([0, 1], into: target)
        #expect(Array(target) == [5, -5, 0.5, 1, 3, -3, 0.5, 1])
    }

    /// Rows of a table, whose columns are texts, and arrays; by pickle's protocols 2 to 5, in a folder of their own.
    @Test(arguments: [("vilbert.lmdb", "cocoid"), ("vilbert.lmdb/data.mdb", "cocoid"), ("arrays.lmdb", "filename")])
    func `pickled dictionaries are read, not run`(name: String, custom: String) throws {
        let summary = try published.run([resources + name], published.fourImages())
        #expect((summary.regions, summary.dimension, summary.withoutFeatures, summary.hasBoxes) == (2, 3, 0, true))
        #expect(summary.notes[0].hasPrefix("4 images in LMDB of pickled dictionaries, known by their \(custom)"))
        let data = try Dataset(path: published.output)
        #expect(try data.split("train").features(0) == Published.features(5, 2))
        #expect(try data.split("train").features(1) == Published.features(3, 2))
        #expect(try data.split("val").features(0) == Published.features(7, 2))
        #expect(try data.split("test").features(0) == Published.features(9, 2))
        #expect(try data.split("val").boxes(ofImage: 0) == [[0, 0.1, 0.5, 0.5], [0.005, 0.1, 0.5, 0.5]])
    }

    @Test func `a tree of many pages is read whole, and regions are taken`() throws {
        // The database has 0 to 39.
        let json = try published.json(
            (0...40).map { ($0, "p_\($0).jpg", [7, 39, 40].contains($0) ? "val" : "train") })
        let summary = try published.run([resources + "deep.lmdb"], json, regions: 2)
        #expect(summary.images == ["train": 38, "val": 2] && summary.withoutFeatures == 1)
        let val = try Dataset(path: published.output).split("val")
        #expect(val.imageNames == ["p_7.jpg", "p_39.jpg"] && val.withoutFeatures == 1)
        #expect(try val.features(0) == Published.features(7, 2))
        #expect(try val.features(1) == Published.features(39, 2))
        let file = try LMDBFile(path: resources + "deep.lmdb")
        #expect(Set(file.entries.map(\.key)) == Set((0..<40).map(String.init)))
    }

    @Test(arguments: ["att.lmdb", "vilbert.lmdb"]) func `an interrupted import goes on`(name: String) throws {
        let json = try published.fourImages()
        #expect(throws: CancellationError.self) {
            try published.run([resources + name], json, stoppingAfter: 2)
        }
        try published.run([resources + name], json)
        let data = try Dataset(path: published.output)
        #expect(try data.split("train").features(1) == Published.features(3, 2))
        #expect(try data.split("test").features(0) == Published.features(9, 2))
    }

    @Test func `msgpack is named with the way out`() throws {
        let json = try published.fourImages()
        #expect(
            try published.refusal { try published.run([resources + "msgpack.lmdb"], json) }.contains(
                "msgpack.lmdb: 7.npz: expected an .npz, .npy or pickled dictionary, found msgpack; in Python, with lmdb, numpy,"
            ))
    }

    @Test(arguments: ["att.lmdb", "deep.lmdb", "vilbert.lmdb/data.mdb"])
    func `a file that is cut off is named`(name: String) throws {
        let json = try published.fourImages()
        let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: resources + name)))
        for count in [100, 4096, 5000, 2 * 4096, 3 * 4096] {
            let path = try published.scratch.file("cut.lmdb", Array(bytes[..<count]))
            #expect(
                try published.refusal { try published.run([path], json, regions: 1) }.hasPrefix("DIR/cut.lmdb: "),
                "\(count)")
        }
    }

    @Test func `pages that lead in a circle are refused`() throws {
        var bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: resources + "deep.lmdb")))
        // Of each meta page's root, a branch, the first node is made to name that page itself.
        for meta in [0, 4096] {
            let root = Int(bytes[meta + 128]) * 4096
            guard bytes[root + 10] == 1 else { continue }
            let node = root + Int(bytes[root + 16]) + Int(bytes[root + 17]) << 8
            bytes[node] = bytes[meta + 128]
        }
        let path = try published.scratch.file("circle.lmdb", bytes)
        #expect(throws: InputError.self) { try LMDBFile(path: path) }
    }
}
