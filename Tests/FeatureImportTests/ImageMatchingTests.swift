import Foundation
import RetrievalData
import Testing

@testable import FeatureImport

@Suite struct ImageMatchingTests {
    static func images(_ json: String) throws -> [KarpathyFile.Image] {
        struct Content: Decodable { let images: [KarpathyFile.Image] }
        return try JSONDecoder().decode(Content.self, from: Data(json.utf8)).images
    }

    let coco = """
        {"images": [
          {"filepath": "val2014", "filename": "COCO_val2014_000000000001.jpg", "cocoid": 1, "imgid": 0, "split": "val",
           "sentences": []},
          {"filepath": "train2014", "filename": "COCO_train2014_000000000000.jpg", "cocoid": 0, "imgid": 1,
           "split": "train", "sentences": []},
          {"filepath": "train2014", "filename": "COCO_train2014_000000000077.jpg", "cocoid": "77", "imgid": 2,
           "split": "train", "sentences": []}
        ]}
        """

    @Test(
        arguments: [
            (["train2014/COCO_train2014_000000000077.jpg"], .path, [2]),
            (["COCO_val2014_000000000001.jpg", "x/COCO_train2014_000000000000.jpg"], .filename, [0, 1]),
            (["COCO_val2014_000000000001"], .stem, [0]),
            (["COCO_val2014_000000000001.png"], .anyExtension, [0]),
            (["coco_train2014_000000000077"], .number, [2]),
            // 1 and 0 are numbers in MSCOCO and in the file: with 77 among them they are the former, with 2 the latter.
            (["1", "0", "77"], .number, [0, 1, 2]),
            (["1", "0", "2"], .imgid, [1, 0, 2]),
            (["1", "5"], .number, [0, nil]),
            (["00000000001.npz"], .number, [0]),
        ] as [([String], ImageMatching.Custom, [Int?])])
    func `ids are understood by the custom that fits most of them`(
        ids: [String], custom: ImageMatching.Custom, images: [Int?]
    ) throws {
        let matching = ImageMatching(ids: ids, images: try Self.images(coco))
        #expect(matching.custom == custom && matching.imageOfID == images)
    }

    @Test func `Flickr's numbers are names`() throws {
        let flickr = try Self.images(
            """
            {"images": [{"filename": "1000092795.jpg", "imgid": 0, "split": "train", "sentences": []},
                        {"filename": "36979.jpg", "imgid": 1, "split": "train", "sentences": []}]}
            """)
        #expect(ImageMatching(ids: ["36979", "1000092795"], images: flickr).imageOfID == [1, 0])
        #expect(ImageMatching(ids: ["flickr30k_000000036979"], images: flickr).imageOfID == [1])
        #expect(ImageMatching(ids: ["nobody"], images: flickr).count == 0)
    }
}
