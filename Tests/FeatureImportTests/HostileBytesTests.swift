import AsCLBase
import Foundation
import RetrievalFixtures
import Testing

@testable import FeatureImport

/// Files with a few bytes changed: each gives regions or one error of one line, never a crash.
@Suite struct HostileBytesTests {
    /// Changes up to four bytes, cuts, or repeats a stretch.
    static func mutated(_ original: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = original
        for _ in 0...Int.random(in: 0..<4, using: &generator) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes.removeLast(Int.random(in: 0...bytes.count - place, using: &generator))
            case 1: bytes.insert(contentsOf: bytes[..<min(place, 64)], at: place)
            case 2: bytes[place] = [0, 9, 10, 13, 0x2D, 0x39, 0x7F, 0xFF].randomElement(using: &generator) ?? 0
            case 3: bytes.remove(at: place)
            default: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            }
        }
        return bytes
    }

    /// Reads all regions of a file.
    static func read(_ path: String) throws {
        let source: any RegionSource =
            switch (path as NSString).pathExtension {
            case "tsv": try RegionTables(paths: [path]) { _, _ in }
            case "h5": try RegionHDF5(path: path) { _, _ in }
            default: try RegionArrays(paths: [path]) { _, _ in }
            }
        for item in source.items.indices {
            let regions = try source.regions(of: item)
            #expect(regions.features.count == source.items[item].regionCount * source.dimension)
        }
    }

    @Test(arguments: ["table.tsv", "vinvl.tsv", "lxmert.tsv", "7.npz", "7.npy", "fixed.h5", "adaptive.h5"])
    func `a changed file is read or refused in one line`(name: String) throws {
        let scratch = try ScratchFolder()
        let resources = #filePath.replacingOccurrences(of: "HostileBytesTests.swift", with: "Resources/")
        let original: [UInt8] =
            switch name {
            case "table.tsv": Array((Published.line("7", 7) + "\r\n" + Published.line("3", 3) + "\r\n").utf8)
            case "vinvl.tsv":
                Array("7\t{\"num_boxes\": 2, \"features\": \"\(Published.base64(Published.features(7, 2)))\"}\n".utf8)
            case "lxmert.tsv": Array((Published.lxmert("7", 7, confidences: [0.5, 0.25]) + "\n").utf8)
            case "fixed.h5": try [UInt8](Data(contentsOf: URL(fileURLWithPath: resources + "hdf5/fixed.h5")))
            case "adaptive.h5": try [UInt8](Data(contentsOf: URL(fileURLWithPath: resources + "hdf5/adaptive.hdf5")))
            case "7.npz":
                try [UInt8](Data(contentsOf: URL(fileURLWithPath: resources + "uniter/coco_val2014_000000000007.npz")))
            default: try [UInt8](Data(contentsOf: URL(fileURLWithPath: resources + "fortran/7.npy")))
            }
        var generator = SeededGenerator(seed: 12)
        var outcomes: Set<Bool> = []
        for round in 0..<100 {
            let path = try scratch.file(name, Self.mutated(original, &generator))
            do {
                try Self.read(path)
                outcomes.insert(true)
            } catch let error as InputError {
                #expect(!error.description.contains("\n"), "\(round): \(error)")
                outcomes.insert(false)
            }
        }
        // Of so many changes some harm and some do not.
        #expect(outcomes == [true, false])
    }
}
