import AsCLBase
import Foundation
import RetrievalFixtures
import Testing

@testable import FeatureImport

/// Files with a few bytes changed: each gives regions or one error of one line, never a crash.
@Suite struct MutatedRegionsTests {
    /// Reads all regions of a file.
    static func read(_ path: String) throws {
        let source: any RegionSource =
            switch (path as NSString).pathExtension {
            case "tsv": try RegionTables(paths: [path]) { _, _ in }
            case "zip": try ZippedTables(path: path) { _, _ in }
            case "h5": try RegionHDF5(path: path) { _, _ in }
            case "lmdb": try RegionLMDB.source(path: path) { _, _ in }
            default: try RegionArrays(paths: [path]) { _, _ in }
            }
        for item in source.items.indices {
            let regions = try source.regions(of: item)
            #expect(regions.features.count == source.items[item].regionCount * source.dimension)
        }
    }

    @Test(arguments: [
        "table.tsv", "vinvl.tsv", "lxmert.tsv", "7.npz", "7.npy", "tables.zip", "fixed.h5", "adaptive.h5",
        "att.lmdb", "deep.lmdb", "vilbert.lmdb", "arrays.lmdb",
    ])
    func `a changed file is read or refused in one line`(name: String) throws {
        let resources = #filePath.replacingOccurrences(of: "MutatedRegionsTests.swift", with: "Resources/")
        let original: [UInt8] =
            switch name {
            case "table.tsv": Array((Published.line("7", 7) + "\r\n" + Published.line("3", 3) + "\r\n").utf8)
            case "vinvl.tsv":
                Array("7\t{\"num_boxes\": 2, \"features\": \"\(Published.base64(Published.features(7, 2)))\"}\n".utf8)
            case "lxmert.tsv": Array((Published.lxmert("7", 7, confidences: [0.5, 0.25]) + "\n").utf8)
            case "tables.zip": try [UInt8](Data(contentsOf: URL(fileURLWithPath: resources + "zip/deflated.zip")))
            case "fixed.h5": try [UInt8](Data(contentsOf: URL(fileURLWithPath: resources + "hdf5/fixed.h5")))
            case "adaptive.h5": try [UInt8](Data(contentsOf: URL(fileURLWithPath: resources + "hdf5/adaptive.hdf5")))
            case "att.lmdb", "deep.lmdb":
                try [UInt8](Data(contentsOf: URL(fileURLWithPath: resources + "lmdb/" + name)))
            case "vilbert.lmdb", "arrays.lmdb":
                try [UInt8](Data(contentsOf: URL(fileURLWithPath: resources + "lmdb/" + name + "/data.mdb")))
            case "7.npz":
                try [UInt8](Data(contentsOf: URL(fileURLWithPath: resources + "uniter/coco_val2014_000000000007.npz")))
            default: try [UInt8](Data(contentsOf: URL(fileURLWithPath: resources + "fortran/7.npy")))
            }
        // libhdf5 itself does not stand every file; `ascl features import` calls it in a process of its own.
        let outcomes = try Fuzz.outcomes(of: original, name: name, isAlwaysShort: name.hasSuffix(".h5"), Self.read)
        // Of so many changes some harm and some do not.
        #expect(outcomes.read > 0 && outcomes.refused > 0)
    }
}
