import Foundation
import Testing

/// Pictures come from anywhere: every one that cannot be used is named with its reason, and the others lose nothing.
struct BadPicturesTests {
    /// 16x16 pixels of grey.
    private let jpeg = Data(
        base64Encoded: """
            /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8yb\
            qmx5moq6T/wAALCAAQABABAREA/8QAFQABAQAAAAAAAAAAAAAAAAAABAX/xAAXEAADAQAAAAAAAAAAAAAAAAAAAwRh/9oACAEBAAA/AJCpsGKl\
            wWmbB6ZcP//Z
            """)

    @Test func `cameras' RAW files count by their previews, and small ones are named`() throws {
        // Grey, of 224 x 224 pixels, which is what the descriptors want.
        var preview = try #require(jpeg)
        let collection = try PictureCollection()
        let start = Data("FUJIFILMCCD-RAW 0201".utf8)
        try collection.add("small.raf", start + preview)
        try collection.add("none.raf", start)
        preview = try #require(
            Data(
                base64Encoded: "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAP" + String(repeating: "/", count: 86)
                    + "wAALCADgAOABAREA/8QAFQABAQAAAAAAAAAAAAAAAAAAAAH/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAA/AI"
                    + String(repeating: "A", count: 261) + "//9k="))
        try collection.add("whole.raf", start + preview)
        let run = try collection.extract()
        #expect(run.status == 1 && run.counts == "3 pictures: 1 new, 0 reused, 2 failed, 0 removed")
        #expect(run.errorLines.dropLast().last == "1 pictures are cameras' RAW files; the preview in each serves")
        #expect(
            try lines(collection.output + "/failed.tsv").dropFirst() == [
                "none.raf\tfile: expected a JPEG preview in a camera's RAW file, found none",
                "small.raf\tfile: expected a preview of at least 224 x 224 pixels in a camera's RAW file, found 16 x 16",
            ])
    }

    @Test func `each bad picture is named with its reason and the others are there`() throws {
        let collection = try PictureCollection()
        let jpeg = try #require(jpeg)
        let scene = try bytes(Workshop.drawnScenes.get() + "/images/val_000001.png")
        try collection.add("whole.jpg", jpeg)
        try collection.add("photo.png", scene)
        try collection.addPlain("folder/photo.png", 1)
        try collection.add("dot.png", PNGFile.plain(width: 1, height: 1, red: 9, green: 8, blue: 7))
        try collection.addPlain("🐈 café.png", 2)
        try collection.add("from a camera", jpeg)
        try collection.add("notes.txt", Data("No picture, and left alone.".utf8))
        let good = ["dot.png", "folder/photo.png", "from a camera", "photo.png", "whole.jpg", "🐈 café.png"]

        try collection.add("scan.tmp", Data([0xFF, 0x4F, 0xFF, 0x51, 0, 41]))
        try collection.add("cut.jpg", jpeg.prefix(160))
        try collection.add("cut.png", scene.prefix(scene.count / 2))
        try collection.add("letter.jpg", Data("Dear reader, this is no picture.".utf8))
        try collection.add("nothing.jpg", Data())
        try collection.add("vast.png", PNGFile.data(width: 30000, height: 30000, pixels: [0, 1, 2, 3]))
        try collection.addPlain("two\nlines.png", 3)
        try collection.link("around", to: ".")
        try collection.link("gone.png", to: "nowhere.png")
        try collection.link("self.png", to: "self.png")
        let reasons = [
            ("around", "skipped: already visited as the top folder"),
            ("cut.jpg", "pixels: expected a whole JPEG picture, found "),
            ("cut.png", "pixels: expected a whole PNG picture, found "),
            ("gone.png", "a link that leads nowhere: No such file or directory"),
            ("letter.jpg", "file: expected a picture (JPEG, PNG,"),
            ("nothing.jpg", "file: expected a picture, found 0 bytes"),
            ("scan.tmp", "file: expected a picture (JPEG, PNG,"),
            ("self.png", "a link that leads nowhere: Too many levels of symbolic links"),
            ("two\\nlines.png", "a name with a line break"),
            ("vast.png", "header: expected at most 200000000 pixels, found 30000 x 30000"),
        ]

        let run = try collection.extract()
        #expect(run.status == 1 && !run.wasKilled)
        #expect(run.counts == "16 pictures: 5 new, 1 reused, 10 failed, 0 removed")
        #expect(run.errorLines.last == "10 pictures have no features: \(collection.output)/failed.tsv says why")
        #expect(run.errorLines.count == 3, "\(run.errors)")
        #expect(run.errorLines.first?.hasSuffix("1 other files, no pictures, the first notes.txt") == true)
        let table = try lines(collection.output + "/failed.tsv")
        #expect(table.first == "name\treason" && table.count == reasons.count + 1)
        for (line, (name, reason)) in zip(table.dropFirst(), reasons) {
            #expect(line.hasPrefix("\(name)\t\(reason)"), "\(line)")
        }
        #expect(try lines(collection.output + "/all_ids.txt") == good)
        let rows = try PictureCollection.rows(collection.output)
        #expect(try rows["photo.png"] == PictureCollection.rows(Workshop.features.get())["val_000001.png"])
        #expect(rows["photo.png"] != rows["folder/photo.png"])

        // Again nothing is lost, and what was repaired comes in.
        try collection.addPlain("nothing.jpg", 4)
        let again = try collection.extract()
        #expect(again.status == 1 && again.counts == "16 pictures: 1 new, 6 reused, 9 failed, 0 removed")
    }
}
