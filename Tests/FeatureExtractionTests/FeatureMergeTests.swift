import AsCLBase
import FeatureExtraction
import Foundation
import Testing

struct FeatureMergeTests {
    /// Extracts the given shards of `count`, each to its own folder.
    private func shards(
        _ album: Album, _ numbers: [Int], of count: Int, list: PictureList? = nil, encoder: FakeEncoder? = nil
    ) throws -> [String] {
        try numbers.map { number in
            let output = "\(album.root)/shard\(number)of\(count)"
            let settings = ExtractionSettings(picturesPerBlock: 4, shard: Shard(index: number, count: count))
            _ = try album.extraction(settings, list: list, encoder: encoder, output: output).run()
            return output
        }
    }

    @Test(arguments: [1, 3, 14]) func `merged shards equal one run`(count: Int) throws {
        let album = try Album(10)
        try album.add("0.jpg", "broken")
        try album.add("a\nb.jpg", "x")
        try album.add("z.jpg", "nan")
        _ = try album.extraction().run()
        let folders = try shards(album, Array(1...count), of: count)
        let merged = album.root + "/merged"
        let summary = try FeatureMerge.merge(folders.reversed(), into: merged)
        #expect(summary.total == 13 && summary.reused == 10 && summary.failed == 3)
        #expect(try album.files(merged) == album.files())
        // Once more, into the same folder.
        _ = try FeatureMerge.merge(folders, into: merged)
        #expect(try album.files(merged) == album.files())
    }

    @Test func `splits are merged one by one`() throws {
        let album = try Album(9)
        let images = (1...9).map {
            #"{"filename": "\#($0).jpg", "split": "\#($0 % 3 == 0 ? "val" : "train")", "sentences": []}"#
        }
        let json = album.root + "/dataset_x.json"
        try Data("{\"images\": [\(images.joined(separator: ","))]}".utf8).write(to: URL(fileURLWithPath: json))
        let list = try PictureList.karpathy(json, folder: album.images)
        _ = try album.extraction(list: list).run()
        let merged = album.root + "/merged"
        _ = try FeatureMerge.merge(try shards(album, [1, 2], of: 2, list: list), into: merged)
        #expect(try album.files(merged) == album.files())
        #expect(try album.lines("val_ids.txt") == ["3.jpg", "6.jpg", "9.jpg"])
    }

    @Test func `shards that do not belong together are refused`() throws {
        let album = try Album(6)
        let folders = try shards(album, [1, 2, 3], of: 3)
        let merged = album.root + "/merged"
        func refusal(_ folders: [String], into output: String? = nil) -> String? {
            do {
                _ = try FeatureMerge.merge(folders, into: output ?? merged)
                return nil
            } catch { return "\(error)" }
        }
        #expect(
            refusal([folders[0], folders[2]])
                == "\(folders[2])/features.json: shard: expected 2/3, every shard once, found 3/3")
        #expect(
            refusal([folders[0], folders[0], folders[1], folders[2]])
                == "\(folders[0])/features.json: shard: expected 2/3, every shard once, found 1/3")
        #expect(
            refusal(Array(folders[0...1]))
                == "merge: folders: expected 3, one a shard, found 2, without shard 3/3")
        #expect(refusal([]) == "merge: folders: expected one a shard, found none")
        #expect(
            refusal([album.images])
                == "\(album.images)/features.json: opening: expected the settings of a shard's features, found no file")
        #expect(
            refusal(folders, into: folders[0])
                == "\(folders[0])/features.json: shard: expected 1/3, found none")
        #expect(!FileManager.default.fileExists(atPath: merged))

        let other = album.root + "/other"
        let settings = ExtractionSettings(shard: Shard(index: 3, count: 3))
        _ = try album.extraction(settings, encoder: FakeEncoder(identity: "other"), output: other).run()
        #expect(
            refusal([folders[0], folders[1], other])
                == "\(other)/features.json: encoder: expected fake, found other")
        try album.add("7.jpg", "one more")
        let later = album.root + "/later"
        _ = try album.extraction(settings, output: later).run()
        #expect(
            refusal([folders[0], folders[1], later])
                == "\(later)/features.json: list: expected the pictures that \(folders[0]) is a shard of, "
                + "found another list"
        )
        let unfinished = album.root + "/unfinished"
        #expect(throws: CancellationError.self) {
            try album.extraction(settings, output: unfinished).run(isCancelled: { true })
        }
        #expect(
            refusal([folders[0], folders[1], unfinished])
                == "\(unfinished)/features.json: result: expected that of a finished run, found none: run it again")
    }

    @Test func `a file of another size is refused`() throws {
        let album = try Album(4)
        let folders = try shards(album, [1, 2], of: 2)
        try FileManager.default.removeItem(atPath: folders[1] + "/all_ims.npy")
        try FileManager.default.copyItem(
            atPath: folders[1] + "/all_boxes.npy", toPath: folders[1] + "/all_ims.npy")
        let error = try #require(throws: InputError.self) {
            try FeatureMerge.merge(folders, into: album.root + "/merged")
        }
        #expect(error.place == "header" && error.path == folders[1] + "/all_ims.npy")
        #expect(!FileManager.default.fileExists(atPath: album.root + "/merged/all_ims.npy"))
    }
}
