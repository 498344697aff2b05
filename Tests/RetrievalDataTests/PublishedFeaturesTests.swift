import AsCLBase
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
                    == "DIR\(name): content: expected <split>_ims.npy or dataset_*.json, found published region features (a "
                    + "table of base64); `ascl features import DIR\(name) --karpathy dataset_NAME.json --output DIR` makes a "
                    + "data folder of them")
        }
        #expect(PublishedFeatures(path: folder.path) == .tables([folder.path + "/trainval.tsv.0"]))
    }

    @Test func `other published forms are named`() throws {
        try folder.bytes("f.h5", [0x89, 0x48, 0x44, 0x46, 13, 10, 0x1A, 10, 0])
        #expect(try problem("/f.h5").contains("found HDF5, which is not read; save an image's regions as one .npz"))
        #expect(try problem().contains("found HDF5"))
        try folder.remove("f.h5")
        try folder.bytes("trainval_36.zip", [0x50, 0x4B, 3, 4, 0])
        #expect(
            try problem("/trainval_36.zip").hasSuffix(
                "found a zip file; unzip it first, then `ascl data inspect` what was in it"))
        try folder.bytes("300104.npz", [0x50, 0x4B, 3, 4, 0])
        #expect(
            try problem().contains("found published region features (an .npz or .npy an image); `ascl features import"))
        try folder.bytes("data.mdb", [0])
        #expect(try problem().contains("found LMDB, which is not read"))
    }

    @Test func `other files are not taken for tables`() throws {
        for text in ["name\treason\na.jpg\tno such file\n", "a caption\n", "", "1\t2\t3\n", "{\"images\": []}\n"] {
            try folder.bytes("x.tsv", Array(text.utf8))
            #expect(PublishedFeatures(path: folder.path) == nil, "\(text)")
        }
    }
}
