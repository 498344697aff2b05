import AsCLBase
import Foundation
import RetrievalFixtures
import Testing

@testable import RetrievalData

/// What people have in place of a data folder is named, with what to do.
@Suite struct PublishedFeaturesTests {
    let folder: DataFolder

    init() throws { folder = try DataFolder() }

    func problem(_ name: String = "") throws -> String {
        folder.line(
            try #require(throws: InputError.self) { try DatasetInspection.inspect(path: folder.path + name) })
    }

    @Test(arguments: [
        "300104\t640\t480\t1\tAAAAAAAAAAAAAAAAAAAAAA==\tAAAAAA==",
        "image_id\timage_w\timage_h\tnum_boxes\tboxes\tfeatures\r\n1\t2\t3\t4\tAAAA\tAAAA\r\n",
        "COCO_1\t480\t640\tAAAA\tAAAA\tAAAA\tAAAA\t1\tAAAA\tAAAAAA==\n", "7\t1\tAAAAAA==\n",
        "7\t{\"num_boxes\": 1, \"features\": \"AAAA\"}\n",
    ])
    func `a published table is named with its command`(table: String) throws {
        try folder.bytes("trainval.tsv.0", Array(table.utf8))
        for name in ["", "/trainval.tsv.0"] {
            #expect(
                try problem(name)
                    == "DIR\(name): content: expected <split>_ims.npy or dataset_*.json, found published region features, a "
                    + "table of base64; `ascl features import DIR/trainval.tsv.0 --karpathy dataset_NAME.json --output DIR` "
                    + "makes a data folder of them")
        }
    }

    @Test func `a folder of an array an image is named, in a folder and beside a JSON too`() throws {
        try FileManager.default.createDirectory(atPath: folder.path + "/npz", withIntermediateDirectories: false)
        try folder.bytes("npz/300104.npz", [0x50, 0x4B, 3, 4, 0])
        for name in ["", "/npz"] {
            #expect(
                try problem(name).hasSuffix(
                    "found published region features, an .npz or .npy an image; `ascl features import DIR/npz --karpathy "
                        + "dataset_NAME.json --output DIR` makes a data folder of them"))
        }
        try folder.text(
            "dataset_x.json", ["{\"images\": [{\"filename\": \"1.jpg\", \"split\": \"val\", \"sentences\": []}]}"])
        let problems = try DatasetInspection.inspect(path: folder.path).problems
        #expect(
            problems.count == 1
                && problems[0].contains(
                    "1 of 1 not named, first 1.jpg; beside it: published region features, an .npz or .npy an image; `ascl features "
                        + "import \(folder.path)/npz --karpathy \(folder.path)/dataset_x.json --output DIR`")
        )
    }

    @Test(
        arguments: [
            (
                "f.h5", [0x89, 0x48, 0x44, 0x46, 13, 10, 0x1A, 10, 0],
                "published region features in HDF5; `ascl features import"
            ),
            (
                "36.zip", [0x50, 0x4B, 3, 4, 0],
                "36.zip, a zip file; unzip it first, then `ascl data inspect` what was in it"
            ),
            ("x.tsv.gz", [0x1F, 0x8B, 8], "x.tsv.gz, a gzip file; gunzip it first"),
            ("x.tar", [UInt8](repeating: 0, count: 257) + Array("ustar\0".utf8), "x.tar, a tar file; unpack it first"),
            (
                "x.pkl", [0x80, 4, 0x95],
                "x.pkl, a Python pickle, which is not read; in Python, save each image's regions"
            ),
            (
                "x.lmdb", [UInt8](repeating: 0, count: 16) + [0xDE, 0xC0, 0xEF, 0xBE, 1],
                "published region features in LMDB; `ascl features import"
            ),
            ("data.mdb", [0], "published region features in LMDB; `ascl features import"),
        ] as [(String, [UInt8], String)])
    func `other forms are named with the way out`(name: String, bytes: [UInt8], advice: String) throws {
        try folder.bytes(name, bytes)
        #expect(try problem().contains(advice))
        if name != "data.mdb" { #expect(try problem("/\(name)").contains(advice)) }
    }

    @Test func `an array file is told from its folder`() throws {
        try folder.features("x_ims.npy", [1, 2, 3])
        #expect(try problem("/x_ims.npy").hasSuffix("found x_ims.npy, a .npy file; name the folder that it lies in"))
    }

    @Test func `other files are not taken for tables`() throws {
        for text in ["name\treason\na.jpg\tno such file\n", "a caption\n", "", "1\t2\t3\n", "{\"images\": []}\n"] {
            try folder.bytes("x.tsv", Array(text.utf8))
            #expect(PublishedFeatures(path: folder.path) == nil, "\(text)")
        }
    }
}
