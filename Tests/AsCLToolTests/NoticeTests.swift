import Foundation
import Testing

/// What is cut, left out or ignored is said once, with its number.
struct NoticeTests {
    private func query(_ data: String, _ split: String, _ more: String...) throws -> Tool.Result {
        try Tool(["query", "--checkpoint", Workshop.checkpoint.get(), "--data", data, "--split", split] + more).finish()
    }

    @Test func `the end of a long query is said not to be read`() throws {
        let sentence = Array(repeating: "red star", count: 40).joined(separator: " ")
        let run = try query(Workshop.scenes.get(), "test", sentence)
        let line = "the sentence has 82 tokens, of which the last 18 are not read: the model reads 64"
        #expect(run.status == 0 && run.errorLines == [line], "\(run.errors)")
        #expect(try query(Workshop.scenes.get(), "test", "a red star").errors.isEmpty)
        let foreign = try query(Workshop.scenes.get(), "test", "a ⚝ and a 🝮")
        #expect(foreign.errorLines == ["2 words of the sentence are unknown to the text encoder"], "\(foreign.errors)")
    }

    @Test func `boxes in pixels are said not to be drawn`() throws {
        let data = try Workshop.linked(to: Workshop.features.get(), "pixels")
        let boxes = try bytes(data + "/all_boxes.npy")
        let start = try #require(boxes.firstIndex(of: 0x0A)) + 1
        let isHalf = boxes.prefix(start).range(of: Data("<f2".utf8)) != nil
        // 2.0 everywhere.
        let two: [UInt8] = isHalf ? [0, 0x40] : [0, 0, 0, 0x40]
        let values = Data((0..<(boxes.count - start) / two.count).flatMap { _ in two })
        try write(boxes.prefix(start) + values, to: data + "/all_boxes.npy")
        let page = try Workshop.newFolder("sheet") + "/sheet.html"
        let images = try Workshop.drawnScenes.get() + "/images"
        let run = try query(data, "all", "--sheet", page, "--images", images, "a star")
        #expect(
            run.errorLines == ["no regions are drawn: the boxes of all are not fractions of width and height"],
            "\(run.errors)")
    }

    @Test func `files that Notepad wrote are read`() throws {
        let mark = Data([0xEF, 0xBB, 0xBF])
        let data = try TinyData()
        for split in ["train", "val"] {
            try write(
                mark + Data(TinyData.captions.replacing("\n", with: "\r\n").utf8), to: data.path + "/\(split)_caps.txt")
        }
        let config = data.path + "/notepad.yaml"
        try write(mark + bytes(Workshop.configuration.get()), to: config)
        let run = try Tool(
            ["train", "--config", config, "--set", "training.epochs=1", "--data", data.path, "--output", data.output]
        ).finish()
        #expect(run.status == 0, "\(run.errors)")
        try write(Data(text(Workshop.configuration.get()).data(using: .utf16) ?? Data()), to: config)
        expectRefusal(
            try Tool.run("train", "--config", config, "--data", data.path, "--output", data.output + "2"),
            [config, "encoding: expected UTF-8 text, found UTF-16"])
    }
}
