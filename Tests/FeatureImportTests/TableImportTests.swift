import AsCLBase
import Foundation
import RetrievalData
import Testing

@testable import FeatureImport

@Suite struct TableImportTests {
    let published: Published

    init() throws { published = try Published() }

    @Test func `a table and a Karpathy JSON become a data folder`() throws {
        let table = try published.table([3, 7, 9, 5].map { Published.line("\($0)", $0) })
        let summary = try published.run([table], published.fourImages())
        #expect(summary.images == ["train": 2, "val": 1, "test": 1])
        #expect((summary.regions, summary.dimension, summary.withoutFeatures, summary.hasBoxes) == (2, 3, 0, true))
        let train = try Dataset(path: published.output).split("train")
        #expect(train.imageNames == ["p_5.jpg", "p_3.jpg"])
        #expect(train.captions == ["picture 5", "again", "picture 3", "again"])
        #expect(try train.features(0) == Published.features(5, 2))
        #expect(try train.features(1) == Published.features(3, 2))
        #expect(try train.boxes(ofImage: 1) == [[0, 0.1, 0.5, 0.5], [0.005, 0.1, 0.5, 0.5]])
        #expect(try DatasetInspection.inspect(path: published.output).problems.isEmpty)
        #expect(try published.scratch.names == ["dataset_x.json", "out", "trainval_36.tsv"])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: published.output).sorted() == [
                "dataset_x.json", "test_boxes.npy", "test_ids.txt", "test_ims.npy", "train_boxes.npy", "train_ids.txt",
                "train_ims.npy", "val_boxes.npy", "val_ids.txt", "val_ims.npy",
            ])
    }

    @Test func `several tables with Python's bytes, a heading and line feeds are one`() throws {
        let wrapped = Published.line("7", 7).split(separator: "\t").enumerated()
            .map { $0 < 4 ? String($1) : "b'\($1)'" }.joined(separator: "\t")
        let first = try published.table(
            ["image_id\timage_w\timage_h\tnum_boxes\tboxes\tfeatures", Published.line("3", 3), wrapped],
            as: "x.tsv.0", end: "\n")
        let second = try published.table([Published.line("9", 9), Published.line("5", 5)], as: "x.tsv.1")
        let json = try published.fourImages()
        try published.run([first, second], json)
        #expect(try Dataset(path: published.output).split("val").features(0) == Published.features(7, 2))
    }

    @Test func `LXMERT's table gives its most confident regions`() throws {
        let table = try published.table([
            Published.lxmert("COCO_val2014_000000000007", 7, confidences: [0.5, 0.1, 0.9]),
            Published.lxmert("COCO_val2014_000000000003", 3, confidences: [0.5, 0.5, 0.5, 0.5]),
        ])
        let summary = try published.run([table], published.fourImages(), regions: 2)
        #expect(summary.notes.contains("3 to 4 regions an image: the 2 most confident are taken"))
        #expect(summary.notes[0] == "2 images in LXMERT's table, known by their cocoid")
        let all = Published.features(7, 3)
        let data = try Dataset(path: published.output)
        #expect(try data.split("val").features(0) == Array(all[0..<3] + all[6..<9]))
        #expect(try data.split("val").boxes(ofImage: 0)?[1] == [0.01, 0.1, 0.5, 0.5])
        #expect(try data.split("train").features(0) == Published.features(3, 2))
    }

    @Test func `VinVL's tables are read in both forms`() throws {
        for (name, line) in [
            ("plain", { (id: Int) in "\(id)\t2\t\(Published.base64(Published.features(id, 2)))" }),
            ("json", { "\($0)\t{\"num_boxes\": 2, \"features\": \"\(Published.base64(Published.features($0, 2)))\"}" }),
        ] {
            let published = try Published()
            let table = try published.table([3, 7, 9, 5].map(line), end: "\n")
            let summary = try published.run([table], published.fourImages())
            #expect(!summary.hasBoxes && summary.notes.contains("no boxes of regions"), "\(name)")
            let test = try Dataset(path: published.output).split("test")
            #expect(try test.features(0) == Published.features(9, 2))
            #expect(!test.hasBoxes)
        }
    }

    @Test func `pictures without features are listed, foreign and repeated ones told`() throws {
        let table = try published.table(["7", "5", "5", "404"].map { Published.line($0, Int($0) ?? 0) })
        let summary = try published.run([table], published.fourImages())
        #expect(summary.images == ["train": 1, "val": 1] && summary.withoutFeatures == 2)
        #expect(summary.notes.contains { $0.hasPrefix("1 images are not in ") })
        #expect(summary.notes.contains("1 images stand there again: the first of each counts"))
        #expect(
            try String(
                decoding: Data(contentsOf: URL(fileURLWithPath: published.output + "/failed.tsv")), as: UTF8.self)
                == "name\treason\np_3.jpg\tnot among the published features\np_9.jpg\tnot among the published features\n"
        )
        let train = try Dataset(path: published.output).split("train")
        #expect(train.imageNames == ["p_5.jpg"] && train.withoutFeatures == 1)
    }

    @Test func `regions are never invented`() throws {
        let table = try published.table([Published.line("3", 3, 4), Published.line("5", 5, 2)])
        let json = try published.fourImages()
        #expect(
            try published.refusal { try published.run([table], json) }
                == "DIR/trainval_36.tsv: line 2: expected as many regions in every image, or a number by --regions, "
                + "found 2 to 4; --regions 2 suits all images")
        #expect(
            try published.refusal { try published.run([table], json, regions: 3) }
                == "DIR/trainval_36.tsv: line 2: expected at least 3 regions of image 5, found 2; 1 images have too few, "
                + "--regions 2 suits all")
        #expect(!FileManager.default.fileExists(atPath: published.output))
        let summary = try published.run([table], json, regions: 2)
        #expect(
            summary.notes.contains(
                "2 to 4 regions an image: the first 2 are taken, nothing says how confident they are"))
        #expect(try Dataset(path: published.output).split("train").features(1) == Published.features(3, 2))
    }

    @Test func `an interrupted import goes on to the same bytes`() throws {
        let table = try published.table([3, 7, 9, 5].map { Published.line("\($0)", $0) })
        let json = try published.fourImages()
        #expect(throws: CancellationError.self) { try published.run([table], json, stoppingAfter: 2) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: published.output) == [".import"])
        // Another import does not go on with it.
        #expect(
            try published.refusal { try published.run([table], json, regions: 1) }.hasSuffix(
                "expected the import that was begun, of the same files and options, found another; remove this folder to "
                    + "begin anew"))
        try published.run([table], json)
        let data = try Dataset(path: published.output)
        #expect(try data.split("train").features(1) == Published.features(3, 2))
        #expect(try data.split("train").features(0) == Published.features(5, 2))
        #expect(try data.split("val").features(0) == Published.features(7, 2))
        #expect(
            try published.refusal { try published.run([table], json) }
                == "DIR/out: content: expected a folder without features, found test_ims.npy")
    }

    @Test func `an output that cannot be written is told before the work`() throws {
        let json = try published.fourImages()
        try published.scratch.write("", to: "out")
        #expect(
            try published.refusal {
                try FeatureImport(paths: [published.path + "/none.tsv"], karpathy: json, output: published.output)
            } == "DIR/out: creating: expected a folder, found a file of that name")
    }

    @Test func `numbers that are not finite are named`() throws {
        var values = Published.features(7, 2)
        values[4] = .nan
        let bad = ["7", "200", "100", "2", Published.base64(Published.boxes(2)), Published.base64(values)]
            .joined(separator: "\t")
        let table = try published.table([Published.line("3", 3), bad])
        let json = try published.fourImages()
        #expect(
            try published.refusal { try published.run([table], json) }
                == "DIR/trainval_36.tsv: line 2, image 7, features, region 1, column 1: expected a finite number, found nan"
        )
    }

    @Test func `damaged tables are refused before anything is written`() throws {
        let (json, good) = (try published.fourImages(), Published.line("3", 3))
        let fields = good.split(separator: "\t").map(String.init)
        for (line, message) in [
            (String(Published.line("5", 5).dropLast(4)), "line 2, features: expected 32 characters of base64"),
            ("5\t200", "line 2: expected 6 columns, as bottom-up attention's table has, found 2"),
            (good.replacingOccurrences(of: "\t2\t", with: "\t-2\t"), "num_boxes from 1 to 1,000,000, found -2"),
            ((fields[0..<4] + ["AAAA", fields[5]]).joined(separator: "\t"), "line 2, boxes: expected 44 characters"),
        ] {
            let table = try published.table([good, line])
            #expect(try published.refusal { try published.run([table], json) }.contains(message), "\(line)")
        }
        let foreign = try published.table([
            good.replacingOccurrences(of: fields[5], with: String(repeating: "*", count: 32))
        ])
        #expect(
            try published.refusal { try published.run([foreign], json) }
                == "DIR/trainval_36.tsv: line 1, features: expected base64 of float32, found other characters among the 32"
        )
        let strange = try published.table([Published.line("12345", 1)])
        #expect(
            try published.refusal { try published.run([strange], json) }
                == "DIR/dataset_x.json: images: expected images that the features' ids name by filename, cocoid or imgid, "
                + "found none such; the first id is 12345, at DIR/trainval_36.tsv, line 1, the first image p_7.jpg")
    }
}
