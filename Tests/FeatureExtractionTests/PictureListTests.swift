import AsCLBase
import Foundation
import RetrievalFixtures
import Testing

@testable import FeatureExtraction

struct PictureListTests {
    private func names(_ list: PictureList) -> [String] {
        list.splits.flatMap(\.entries).map { entry in
            switch entry {
            case .picture(let name, _): name
            case .problem(let name, let reason): "\(name): \(reason)"
            }
        }
    }

    @Test func `a folder is listed by paths in the order of bytes`() throws {
        let album = try Album()
        for name in ["work/1.jpg", "holiday/1.jpg", "b.PNG", "Z.webp", "é.jpg", "🙂/a b.heic"] {
            try album.add(name, "x")
        }
        for name in ["notes.txt", "jpg", ".hidden.jpg", ".trash/1.jpg"] { try album.add(name, "x") }
        let list = try PictureList.folder(album.images)
        #expect(names(list) == ["Z.webp", "b.PNG", "holiday/1.jpg", "work/1.jpg", "é.jpg", "🙂/a b.heic"])
        #expect(list.splits.map(\.name) == ["all"])
        #expect(list.otherFiles.sorted() == ["jpg", "notes.txt"])
    }

    @Test func `a list may begin with a byte order mark`() throws {
        let album = try Album(2)
        let list = album.root + "/list.txt"
        try Data([0xEF, 0xBB, 0xBF] + Array("1.jpg\r\n2.jpg\r\n".utf8)).write(to: URL(fileURLWithPath: list))
        #expect(names(try PictureList.file(list, folder: album.images)) == ["1.jpg", "2.jpg"])
    }

    @Test func `pictures are known by their content, whatever their name`() throws {
        let album = try Album()
        for name in ["camera", "phone.hif", "scan.dat"] { try album.add(name, "\u{89}PNG\r\n\u{1A}\n") }
        for name in ["letter.txt", "all_ids.txt", "x.npy"] { try album.add(name, "x") }
        #expect(names(try PictureList.folder(album.images)) == ["phone.hif"])
        for name in ["camera", "phone.hif", "scan.dat"] { try album.add(name, "GIF89a...") }
        let list = try PictureList.folder(album.images)
        #expect(names(list) == ["camera", "phone.hif", "scan.dat"])
        #expect(list.otherFiles.sorted() == ["all_ids.txt", "letter.txt", "x.npy"])
    }

    @Test func `names that a line cannot keep are problems`() throws {
        let album = try Album(1)
        for name in ["a\nb.jpg", " c.jpg", "d\te.jpg", "back\\slash.jpg"] { try album.add(name, "x") }
        let invalid =
            [CChar](("\(album.images)/f".utf8 + [0xFF]).map { CChar(bitPattern: $0) }) + [0x2E, 0x6A, 0x70, 0x67, 0]
        close(open(invalid, O_CREAT | O_WRONLY, 0o644))
        #expect(
            names(try PictureList.folder(album.images)) == [
                " c.jpg: a name that begins or ends with white space", "1.jpg", "a\\nb.jpg: a name with a line break",
                "back\\slash.jpg", "d\te.jpg", "f\\xFF.jpg: a name that is not UTF-8",
            ])
    }

    @Test func `links are followed once and loops are problems`() throws {
        let album = try Album()
        try album.add("z/1.jpg", "x")
        try FileManager.default.createDirectory(atPath: album.root + "/elsewhere", withIntermediateDirectories: true)
        try Data("y".utf8).write(to: URL(fileURLWithPath: album.root + "/elsewhere/2.jpg"))
        try album.link("z/loop", to: "..")
        try album.link("a", to: "z")
        try album.link("out", to: "../elsewhere")
        try album.link("file.jpg", to: "z/1.jpg")
        try album.link("gone.jpg", to: "nowhere.jpg")
        #expect(
            names(try PictureList.folder(album.images)) == [
                "a: skipped: already visited as z", "file.jpg",
                "gone.jpg: a link that leads nowhere: No such file or directory", "out/2.jpg", "z/1.jpg",
                "z/loop: skipped: already visited as the top folder",
            ])
    }

    @Test(.enabled(if: geteuid() != 0, "the superuser may read every folder"))
    func `an unreadable folder is a problem`() throws {
        let album = try Album(1)
        try album.add("locked/1.jpg", "x")
        chmod(album.images + "/locked", 0)
        defer { chmod(album.images + "/locked", 0o755) }
        #expect(
            names(try PictureList.folder(album.images))
                == ["1.jpg", "locked: a folder that cannot be read: Permission denied"])
    }

    @Test func `a folder that is not there or has no pictures is an error`() throws {
        let album = try Album()
        let missing = album.root + "/none"
        #expect(
            throws: InputError(
                path: missing, place: "listing", expected: "a readable folder",
                found: "a folder that cannot be read: No such file or directory")
        ) { try PictureList.folder(missing) }
        try album.add("notes.txt", "x")
        #expect(
            throws: InputError(
                path: album.images, place: "content", expected: "at least one picture",
                found: "none among 1 other files")
        ) { try PictureList.folder(album.images) }
    }

    @Test func `a text file lists paths from its own folder or another`() throws {
        let folder = try ScratchFolder()
        try folder.write("b/2.jpg\r\n/far/1.jpg\n", to: "list.txt")
        let path = folder.path + "/list.txt"
        #expect(
            try PictureList.file(path, split: "val").splits == [
                PictureList.Split(
                    name: "val",
                    entries: [
                        .picture(name: "b/2.jpg", path: folder.path + "/b/2.jpg"),
                        .picture(name: "/far/1.jpg", path: "/far/1.jpg"),
                    ])
            ])
        #expect(
            try PictureList.file(path, folder: "/photos").splits[0].entries[0]
                == .picture(name: "b/2.jpg", path: "/photos/b/2.jpg"))
    }

    @Test(arguments: [
        ("a.jpg\nb.jpg\na.jpg\n", "line 3", "every path once", "a.jpg as in line 1"),
        ("a.jpg\n \nb.jpg\n", "line 2", "the path of a picture", "a blank line"),
        ("", "content", "at least one picture", "none"),
    ])
    func `a bad line is named`(text: String, place: String, expected: String, found: String) throws {
        let folder = try ScratchFolder()
        try folder.write(text, to: "list.txt")
        let path = folder.path + "/list.txt"
        #expect(throws: InputError(path: path, place: place, expected: expected, found: found)) {
            try PictureList.file(path)
        }
    }

    @Test func `Karpathy's file gives splits by file name`() throws {
        let folder = try ScratchFolder()
        try folder.write(
            #"""
            {"images": [{"filename": "3.jpg", "filepath": "val2014", "split": "restval", "sentences": []},
                        {"filename": "1.jpg", "split": "val", "sentences": []},
                        {"filename": "2.jpg", "split": "train", "sentences": []}]}
            """#, to: "dataset_x.json")
        let list = try PictureList.karpathy(folder.path + "/dataset_x.json", folder: "/images")
        #expect(
            list.splits == [
                PictureList.Split(
                    name: "train",
                    entries: [
                        .picture(name: "3.jpg", path: "/images/val2014/3.jpg"),
                        .picture(name: "2.jpg", path: "/images/2.jpg"),
                    ]),
                PictureList.Split(name: "val", entries: [.picture(name: "1.jpg", path: "/images/1.jpg")]),
            ])
    }

    @Test(arguments: [
        (
            #"""
            {"images": [{"filename": "1.jpg", "split": "a", "sentences": []},
                        {"filename": "1.jpg", "split": "b", "sentences": []}]}
            """#,
            "images: expected every filename once, found 1.jpg again"
        ),
        (
            #"{"images": [{"filename": "1.jpg", "split": "../a", "sentences": []}]}"#,
            "split: expected a name that can begin a file's, found '../a'"
        ),
        (
            #"{"images": [{"filename": "1.jpg"}]}"#,
            "JSON: expected images with filename, split and sentences, found no split at images.Index 0"
        ),
    ])
    func `a bad Karpathy file is an error`(json: String, line: String) throws {
        let folder = try ScratchFolder()
        try folder.write(json, to: "dataset_x.json")
        let path = folder.path + "/dataset_x.json"
        let error = try #require(throws: InputError.self) {
            try PictureList.karpathy(path, folder: "/images")
        }
        #expect(error.description == "\(path): \(line)")
    }
}
