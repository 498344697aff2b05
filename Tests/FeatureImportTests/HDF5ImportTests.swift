import AsCLBase
import Foundation
import RetrievalData
import Testing

@testable import FeatureImport

/// HDF5 files, made by scripts/make_published_arrays.py.
@Suite struct HDF5ImportTests {
    let published: Published
    let resources = #filePath.replacingOccurrences(of: "HDF5ImportTests.swift", with: "Resources/hdf5/")

    init() throws { published = try Published() }

    @Test func `padded rows are no regions, and fractions are boxes`() throws {
        let summary = try published.run([resources + "fixed.h5"], published.fourImages())
        #expect((summary.regions, summary.form, summary.withoutFeatures) == (2, "HDF5", 0))
        let data = try Dataset(path: published.output)
        #expect(try data.split("train").features(0) == Published.features(5, 2))
        #expect(try data.split("test").features(0) == Published.features(9, 2))
        #expect(try data.split("val").boxes(ofImage: 0)?[1] == [0.125, 0.25, 0.5, 0.75])
    }

    @Test func `images of any number of regions stand where pos_boxes says`() throws {
        let json = try published.fourImages()
        let summary = try published.run([resources + "adaptive.hdf5"], json, regions: 2)
        #expect(summary.notes[0] == "2 images in HDF5, known by their filename")
        #expect(summary.notes.contains("float64 numbers are converted to float32"))
        #expect(summary.notes.contains("boxes in pixels are left out: the file does not tell the pictures' sizes"))
        let data = try Dataset(path: published.output)
        #expect(try data.split("train").features(0) == Published.features(3, 2))
        #expect(try data.split("val").features(0) == Published.features(7, 2))
    }

    @Test func `a dataset an image is one by its name`() throws {
        try published.run([resources + "detections.hdf5"], published.fourImages())
        let data = try Dataset(path: published.output)
        #expect(try data.split("train").features(0) == Published.features(3, 2))
    }

    @Test func `what is missing is named`() throws {
        let json = try published.fourImages()
        #expect(
            try published.refusal { try published.run([resources + "nameless.h5"], json) }.hasSuffix(
                "nameless.h5: expected the images' ids in image_id, image_ids, img_id, img_ids, ids, found image_features; "
                    + "in Python, h5py.File(path, \"a\")[\"image_id\"] = ids adds them"))
        let bytes = try Data(contentsOf: URL(fileURLWithPath: resources + "fixed.h5"))
        for count in [8, 100, bytes.count / 2] {
            let path = try published.scratch.file("cut.h5", [UInt8](bytes.prefix(count)))
            #expect(
                try published.refusal { try published.run([path], json) }.hasPrefix("DIR/cut.h5: expected"), "\(count)")
        }
    }
}
