import ArrayFiles
import AsCLBase
import Foundation
import Synchronization
import Testing

@testable import FeatureExtraction

struct ExtractionFailureTests {
    @Test func `failures are listed and have no rows`() throws {
        let album = try Album(2)
        for (name, text) in [
            ("broken.jpg", "broken"), ("nan.jpg", "nan"), ("large.jpg", "large"), ("poison.jpg", "poison"),
            ("poison2.jpg", "poison"), ("two\nlines.jpg", "x"), ("tab\there.jpg", "broken too"), ("odd.jpg", "odd"),
        ] { try album.add(name, text) }
        try album.link("gone.jpg", to: "nowhere")
        let summary = try album.extraction(ExtractionSettings(batchSize: 20)).run()
        #expect(summary.total == 11 && summary.new == 2 && summary.failed == 9)
        #expect(summary.description.hasPrefix("11 pictures: 2 new, 0 reused, 9 failed, 0 removed, in "))
        #expect(try album.lines("all_ids.txt") == ["1.jpg", "2.jpg"])
        #expect(
            try album.lines("failed.tsv") == [
                "name\treason", "broken.jpg\tnot a picture at all",
                "gone.jpg\ta link that leads nowhere: No such file or directory",
                "large.jpg\tregions, region 1, column 2: 70000.0 is beyond float16's 65504, use float32",
                "nan.jpg\tregions, region 1, column 1: nan is not a finite number",
                "odd.jpg\theader: expected a picture, found a riddle", "poison.jpg\tout of memory",
                "poison2.jpg\tout of memory",
                "tab\\there.jpg\tnot a picture at all", "two\\nlines.jpg\ta name with a line break",
            ])
        // Repaired pictures take their places.
        for name in [
            "broken.jpg", "nan.jpg", "large.jpg", "poison.jpg", "poison2.jpg", "tab\there.jpg", "gone.jpg", "odd.jpg",
        ] {
            try album.remove(name)
            try album.add(name, "repaired \(name)")
        }
        try album.remove("two\nlines.jpg")
        #expect(try album.extraction().run().new == 8)
        #expect(try album.files()["failed.tsv"] == nil)
        #expect(try album.lines("all_ids.txt").count == 10)
    }

    @Test func `float32 holds large numbers`() throws {
        let album = try Album()
        try album.add("large.jpg", "large")
        #expect(try album.extraction(ExtractionSettings(elementType: .float32)).run().failed == 0)
        #expect(try album.floats("all_ims.npy") == FakeEncoder.features(of: "large").regions)
    }

    @Test func `without any features there are no files`() throws {
        let album = try Album(1)
        _ = try album.extraction().run()
        try album.add("1.jpg", "broken")
        #expect(try album.extraction().run().failed == 1)
        #expect(try album.files().keys.sorted() == ["class_names.txt", "failed.tsv", "features.json"])
    }

    @Test func `a listed picture that is away for a while is not forgotten`() throws {
        let album = try Album(3)
        try Data("1.jpg\n2.jpg\n3.jpg\n".utf8).write(to: URL(fileURLWithPath: album.root + "/list.txt"))
        let list = try PictureList.file(album.root + "/list.txt", folder: album.images)
        _ = try album.extraction(list: list).run()
        let files = try album.files()
        try FileManager.default.moveItem(atPath: album.images, toPath: album.root + "/away")
        #expect(try album.extraction(list: list).run().failed == 3)
        #expect(try album.lines("failed.tsv")[1] == "1.jpg\tcannot be opened: No such file or directory")
        try FileManager.default.moveItem(atPath: album.root + "/away", toPath: album.images)
        album.encoder.forget()
        #expect(try album.extraction(list: list).run().reused == 3)
        #expect(album.encoder.contents == [])
        #expect(try album.files() == files)
    }

    @Test func `a picture that changes while it is read fails`() throws {
        let album = try Album(2)
        let path = album.images + "/2.jpg"
        let extraction = Extraction(
            list: try .folder(album.images), encoder: album.encoder,
            decode: { name in
                if name == path { try Data("longer than it was".utf8).write(to: URL(fileURLWithPath: path)) }
                return try FakeEncoder.decode(name)
            }, output: album.output)
        #expect(try extraction.run().failed == 1)
        #expect(try album.lines("failed.tsv")[1] == "2.jpg\tchanged while it was read")
        #expect(try album.extraction().run().new == 1)
    }

    @Test func `a cancelled run keeps what it has`() throws {
        let album = try Album(20)
        var done = 0
        #expect(throws: CancellationError.self) {
            try album.extraction().run(progress: { done = $0.done }, isCancelled: { done >= 6 })
        }
        #expect(try album.files().keys.sorted() == ["features.json"])
        let before = album.encoder.contents
        #expect(before.count >= 6)
        album.encoder.forget()
        let summary = try album.extraction().run()
        #expect(Set(before).isDisjoint(with: album.encoder.contents))
        #expect(summary.new + summary.reused == 20 && summary.reused == before.count)
        let fresh = album.root + "/fresh"
        _ = try album.extraction(output: fresh).run()
        #expect(try album.files() == album.files(fresh))
    }

    @Test func `what a kill leaves behind does no harm`() throws {
        let album = try Album(10)
        _ = try album.extraction().run()
        let files = try album.files()
        let blocks = album.output + "/.blocks"
        // Killed while files were put in place and a block was written; the index had not been written.
        try FileManager.default.createDirectory(atPath: blocks + "/new", withIntermediateDirectories: true)
        for name in ["new/all_ims.npy", "new/.all_ims.npy.0A.partial", ".000009.block.0B.partial"] {
            try Data("half".utf8).write(to: URL(fileURLWithPath: "\(blocks)/\(name)"))
        }
        for name in [".blocks/index", "all_ims.npy", "all_ids.txt"] {
            try FileManager.default.removeItem(atPath: "\(album.output)/\(name)")
        }
        album.encoder.forget()
        #expect(try album.extraction().run().reused == 10)
        #expect(album.encoder.contents == [])
        #expect(try album.files() == files)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: blocks).sorted()
                == [".lock", "000001.block", "000002.block", "000003.block", "index"])
    }

    @Test(arguments: [0, 3, 40, -1, -50])
    func `a block that is not whole is made again`(length: Int) throws {
        let album = try Album(10)
        _ = try album.extraction().run()
        let files = try album.files()
        let path = "\(album.output)/.blocks/000002.block"
        let block = try Data(contentsOf: URL(fileURLWithPath: path))
        try block.prefix(length < 0 ? block.count + length : length).write(to: URL(fileURLWithPath: path))
        album.encoder.forget()
        #expect(try album.extraction().run().new == 4)
        #expect(album.encoder.contents.count == 4)
        #expect(try album.files() == files)
    }

    @Test func `a full disk ends the run and the next goes on`() throws {
        let album = try Album(20)
        let written = Mutex(0)
        var extraction = try album.extraction()
        extraction.writeBlock = { data, path in
            guard
                written.withLock({
                    $0 += 1; return $0 <= 2
                })
            else {
                throw InputError(path: path, place: "writing", expected: "room", found: "No space left on device")
            }
            try AtomicFile.write(data, to: path)
        }
        #expect(
            throws: InputError(
                path: album.output + "/.blocks/000003.block", place: "writing", expected: "room",
                found: "No space left on device")
        ) { try extraction.run() }
        #expect(try album.blocks() == ["000001.block", "000002.block"])
        #expect(try album.files().keys.sorted() == ["features.json"])
        #expect(try album.extraction().run().reused == 8)
        #expect(try album.lines("all_ids.txt").count == 20)
    }
}
