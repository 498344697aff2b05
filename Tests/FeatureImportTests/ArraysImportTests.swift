import AsCLBase
import Foundation
import RetrievalData
import Testing

@testable import FeatureImport

/// Folders of a file an image, made by scripts/make_published_arrays.py.
@Suite struct ArraysImportTests {
    let published: Published
    let resources = #filePath.replacingOccurrences(of: "ArraysImportTests.swift", with: "Resources/")

    init() throws { published = try Published() }

    /// The features of picture 7 and what the import said, from one of the folders.
    func picture7(_ folder: String, regions: Int? = nil) throws -> (
        features: [Float], boxes: [[Float]]?, notes: [String]
    ) {
        let summary = try published.run([resources + folder], published.fourImages(), regions: regions)
        let split = try Dataset(path: published.output).split("val")
        return (try split.features(0), try split.boxes(ofImage: 0), summary.notes)
    }

    @Test func `compressed regions and their vectors become regions and globals`() throws {
        let json = try published.fourImages()
        let summary = try FeatureImport(
            paths: [resources + "att"], karpathy: json, globals: resources + "fc", output: published.output
        ).run()
        #expect(summary.images == ["train": 2, "val": 1, "test": 1] && !summary.hasBoxes)
        let train = try Dataset(path: published.output).split("train")
        #expect(try train.features(1) == Published.features(3, 2))
        #expect(!train.globalsAreRegionMeans && train.globalDimension == 4)
        let target = UnsafeMutableBufferPointer<Float>.allocate(capacity: 8)
        defer { target.deallocate() }
        try train.gatherGlobals([0, 1], into: target)
        #expect(Array(target) == [5, -5, 0.5, 1, 3, -3, 0.5, 1])
        #expect(try DatasetInspection.inspect(path: published.output).problems.isEmpty)
    }

    @Test func `UNITER's members give regions, boxes and the most confident`() throws {
        let seven = try picture7("uniter", regions: 2)
        let all = Published.features(7, 3).map { Float(Float16($0)) }
        #expect(seven.features == Array(all[0..<3] + all[6..<9]))
        #expect(seven.boxes == [[0.125, 0.25, 0.5, 0.75], [0.125, 0.25, 0.5, 0.75]])
        #expect(seven.notes.contains("3 to 4 regions an image: the 2 most confident are taken"))
        #expect(seven.notes.contains("float16 numbers are converted to float32"))
    }

    @Test func `boxes in pixels become fractions, and a pickled member is left alone`() throws {
        let seven = try picture7("bua")
        #expect(seven.features == Published.features(7, 2))
        #expect(seven.boxes == [[0, 0.1, 0.5, 0.5], [0.1, 0, 1, 1]])
    }

    @Test func `float64 in Fortran order is converted and said`() throws {
        let seven = try picture7("fortran")
        #expect(seven.features == Published.features(7, 2))
        #expect(seven.notes.contains("float64 numbers are converted to float32"))
    }

    @Test func `a grid's cells are regions, and names may end in the picture's`() throws {
        let seven = try picture7("grid")
        #expect(seven.features == Published.features(7, 4))
        #expect(seven.notes[0] == "4 images in folders of .npz or .npy files, known by their filename")
    }

    @Test func `members without a name count`() throws {
        #expect(try picture7("plain").features == Published.features(7, 2))
    }

    @Test func `folders that do not fit are refused`() throws {
        let json = try published.fourImages()
        #expect(
            try published.refusal { try published.run([resources + "fc"], json) }.hasSuffix(
                "3.npy: shape: expected [regions, dimension], found [4]; vectors of images are for --globals"))
        #expect(
            try published.refusal {
                try FeatureImport(
                    paths: [resources + "att"], karpathy: json, globals: resources + "fortran", output: published.output
                )
            }.hasSuffix("3.npy: shape: expected [dimension], found [2, 3]"))
        let few = published.path + "/few"
        try FileManager.default.createDirectory(atPath: few, withIntermediateDirectories: false)
        try FileManager.default.copyItem(atPath: resources + "fc/7.npy", toPath: few + "/7.npy")
        #expect(
            try published.refusal {
                try FeatureImport(paths: [resources + "att"], karpathy: json, globals: few, output: published.output)
            }
                == "DIR/few: expected a vector for each of the 4 images with regions, found none for 3 of them, the first "
                + "p_3.jpg")
        #expect(
            try published.refusal { try published.run([resources + "att", resources + "grid"], json) }.contains(
                "p_3.jpg.npy: expected what "))
        #expect(
            try published.refusal { try published.run([published.path + "/none"], json) }
                == "DIR/none: expected published region features: tables of base64, zipped or not, folders of .npz or .npy files, HDF5, or LMDB, "
                + "found nothing there")
    }

    @Test(arguments: ["(4611686018427387904, 4)", "(1099511627776, 3)", "(0, 3)", "(2, 1099511627776)"])
    func `sizes that no picture has are refused`(shape: String) throws {
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }"
        let folder = published.path + "/huge"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
        try Data(bytes).write(to: URL(fileURLWithPath: folder + "/7.npy"))
        let json = try published.fourImages()
        #expect(try published.refusal { try published.run([folder], json) }.hasPrefix("DIR/huge/7.npy"))
        #expect(!FileManager.default.fileExists(atPath: published.output))
    }

    @Test func `damaged files are named`() throws {
        let json = try published.fourImages()
        let folder = published.path + "/damaged"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: resources + "att/7.npz"))
        // Within the deflated bytes, behind the header: only the checksum can tell, if the code still inflates.
        var flipped = bytes
        flipped[bytes.count - 120] ^= 0xFF
        for content in [bytes.prefix(bytes.count / 2), flipped] {
            try content.write(to: URL(fileURLWithPath: folder + "/7.npz"))
            #expect(try published.refusal { try published.run([folder], json) }.hasPrefix("DIR/damaged/7.npz"))
            try? FileManager.default.removeItem(atPath: published.output)
        }
    }
}
