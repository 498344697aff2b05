import ArrayFiles
import AsCLBase
import Foundation
import ImageEncoding
import RetrievalEvaluation
import Testing

@testable import Scenes

@Suite struct SceneGeneratorTests {
    private let parent = FileManager.default.temporaryDirectory.appendingPathComponent("scenes-\(UUID().uuidString)")
    private let tiny = SceneConfiguration(seed: 9, trainCount: 3, valCount: 2, testCount: 3, compositionalCount: 2)

    private func withFolder(_ body: (String) throws -> Void) throws {
        try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: parent) }
        try body(parent.appendingPathComponent("data").path)
    }

    private func contents(_ folder: String) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
            files[name] = FileManager.default.contents(atPath: "\(folder)/\(name)")
        }
        return files
    }

    @Test func `the layout is written`() throws {
        try withFolder { folder in
            var calls: [[Int]] = []
            try SceneGenerator(configuration: tiny).write(to: folder, pictures: true) { calls.append([$0, $1]) }
            #expect(calls == [[3, 10], [5, 10], [8, 10], [10, 10]])
            for (split, count) in tiny.splits {
                let ims = try NumpyArray(path: "\(folder)/\(split)_ims.npy")
                #expect(ims.shape == [count, 36, 127] && ims.elementType == .float16)
                let globals = try NumpyArray(path: "\(folder)/\(split)_globals.npy")
                #expect(globals.shape == [count, 251] && globals.elementType == .float16)
                let boxes = try NumpyArray(path: "\(folder)/\(split)_boxes.npy")
                #expect(boxes.shape == [count, 36, 4] && boxes.elementType == .float32)
                let names = try String(contentsOfFile: "\(folder)/\(split)_ids.txt", encoding: .utf8).split(
                    separator: "\n")
                #expect(names.count == count)
                for name in names { #expect(FileManager.default.fileExists(atPath: "\(folder)/images/\(name)")) }
                let captions = try String(contentsOfFile: "\(folder)/\(split)_caps.txt", encoding: .utf8)
                #expect(captions.split(separator: "\n").count == 5 * count && captions.hasSuffix("\n"))
                #expect(FileManager.default.fileExists(atPath: "\(folder)/\(split)_probe.json") == (split != "train"))
            }
        }
    }

    @Test func `files hold what the scenes say`() throws {
        try withFolder { folder in
            let generator = SceneGenerator(configuration: tiny)
            try generator.write(to: folder, pictures: false)
            #expect(!FileManager.default.fileExists(atPath: folder + "/images"))
            let files = try contents(folder)
            let scenes = try JSONDecoder().decode([String: [Scene]].self, from: try #require(files["scenes.json"]))
            let test = try #require(scenes["test"])
            let expectedScenes = try generator.splits()[2].scenes
            #expect(test == expectedScenes)
            let captions = String(decoding: try #require(files["test_caps.txt"]), as: UTF8.self)
            #expect(captions.split(separator: "\n").map(String.init) == test.flatMap(\.captions).map(\.text))
            let cases = try JSONDecoder().decode([ProbeCase].self, from: try #require(files["test_probe.json"]))
            #expect(cases.count == 9)
            let ims = try NumpyArray(path: "\(folder)/test_ims.npy")
            let expected = test.flatMap { PictureDescriptors(Canvas(of: $0).picture).regions() }.map { Float16($0) }
            #expect(Array(ims.bytes.bindMemory(to: Float16.self)) == expected, "rows in the scenes' order")
        }
    }

    @Test func `signs stand where nothing else does, captions mention them, and a file has their words`() throws {
        var signed = tiny
        (signed.trainCount, signed.signs) = (300, true)
        let generator = SceneGenerator(configuration: signed)
        let scenes = try generator.splits()[0].scenes
        signed.signs = false
        let plain = try SceneGenerator(configuration: signed).splits()[0].scenes
        #expect(plain.allSatisfy { $0.sign == nil } && zip(scenes, plain).allSatisfy { $0.objects == $1.objects })
        let boards = scenes.compactMap(\.sign)
        #expect(abs(boards.count - 200) < 30 && Set(boards.map(\.word)).count > 60)
        #expect(zip(scenes, plain).allSatisfy { $0.sign != nil || $0 == $1 })
        var mentions = 0
        for (scene, same) in zip(scenes, plain) {
            guard let sign = scene.sign else { continue }
            #expect(!scene.objects.map(\.place).contains(sign.place))
            #expect(sign.box.allSatisfy((0...1).contains) && sign.width <= 74)
            for (caption, before) in zip(scene.captions, same.captions) where caption != before {
                mentions += 1
                #expect(
                    caption.text.hasPrefix(before.text + " ") && caption.text.hasSuffix(" " + sign.word.lowercased()))
                #expect(caption.mentions == before.mentions && !scene.isContradicted(by: caption))
            }
            // What is on the board, and nothing beside it.
            let (with, without) = (Canvas(of: scene), Canvas(of: same))
            let inside = { (row: Int, column: Int) in
                (sign.y..<sign.y + sign.height).contains(row) && (sign.x..<sign.x + sign.width).contains(column)
            }
            if mentions < 20 {
                for row in 0..<Canvas.side {
                    for column in 0..<Canvas.side where !inside(row, column) {
                        #expect(with[row, column] == without[row, column])
                    }
                }
            }
        }
        #expect(abs(Double(mentions) / Double(5 * boards.count) - 0.6) < 0.06)
        try withFolder { folder in
            var few = tiny
            few.signs = true
            try SceneGenerator(configuration: few).write(to: folder, pictures: false)
            let own = try SceneGenerator(configuration: few).splits()[0].scenes
            let text = try String(contentsOfFile: folder + "/train_scene_text.jsonl", encoding: .utf8)
            let lines = text.split(separator: "\n")
            #expect(lines.count == 3 && zip(lines, own).allSatisfy { ($0 == "[]") == ($1.sign == nil) })
            for (line, scene) in zip(lines, own) {
                guard let sign = scene.sign else { continue }
                let edges = sign.box.map { "\($0)" }.joined(separator: ",")
                #expect(line == "[{\"box\":[\(edges)],\"text\":\"\(sign.word)\"}]")
            }
        }
    }

    @Test func `letters are those of the word`() {
        let word = Array("TL")
        let rows = [0, 12].map { row in
            (0..<24).map { Lettering.isInked(word, row: row, column: $0) ? "#" : "." }.joined()
        }
        #expect(rows == ["##########..##..........", "....##......##########.."])
        #expect(Sign.words.allSatisfy { (3...5).contains($0.count) } && Set(Sign.words).count == 80)
        let others = Set(
            ObjectKind.allCases.flatMap(\.nouns) + ObjectColor.allCases.flatMap(\.adjectives)
                + ObjectSize.allCases.flatMap(\.adjectives))
        #expect(others.isDisjoint(with: Sign.words))
        let all = Sign.words.joined().uppercased()
        for letter in Set(all) {
            #expect((0..<140).contains { Lettering.isInked([letter], row: $0 / 10, column: $0 % 10) }, "\(letter)")
        }
    }

    @Test func `the same seed gives the same bytes`() throws {
        try withFolder { folder in
            let generator = SceneGenerator(configuration: tiny)
            try generator.write(to: folder, pictures: true)
            let first = try contents(folder)
            try generator.write(to: folder, pictures: true, overwrite: true)
            let again = try contents(folder)
            #expect(again == first)
            var other = tiny
            other.seed += 1
            try SceneGenerator(configuration: other).write(to: folder, pictures: true, overwrite: true)
            let second = try contents(folder)
            for name in ["train_ims.npy", "train_caps.txt", "scenes.json", "images/train_000001.png"] {
                #expect(second[name] != first[name], "\(name)")
            }
        }
    }

    @Test func `an occupied folder is left as it is`() throws {
        try withFolder { folder in
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data("mine".utf8).write(to: URL(fileURLWithPath: folder + "/notes.txt"))
            let generator = SceneGenerator(configuration: tiny)
            let occupied = InputError(
                path: folder, place: "output folder", expected: "nothing there (or --overwrite)", found: "something")
            #expect(throws: occupied) { try generator.write(to: folder, pictures: false) }
            // Not even with overwrite: this folder was never written by the generator.
            let notScenes = InputError(
                path: folder, place: "output folder", expected: "generated scenes (scenes.json) to overwrite",
                found: "something else")
            #expect(throws: notScenes) {
                try generator.write(to: folder, pictures: false, overwrite: true)
            }
            #expect(try contents(folder) == ["notes.txt": Data("mine".utf8)])
            #expect(try FileManager.default.contentsOfDirectory(atPath: parent.path) == ["data"])
        }
    }

    @Test func `a failure leaves nothing`() throws {
        try withFolder { folder in
            let inFile = folder + "/scenes"
            try Data("a file".utf8).write(to: URL(fileURLWithPath: folder))
            let error = #expect(throws: InputError.self) {
                try SceneGenerator(configuration: tiny).write(to: inFile, pictures: false)
            }
            #expect(error?.description.contains(folder) == true)
            #expect(try contents(parent.path) == ["data": Data("a file".utf8)])
        }
    }

    @Test func `what a killed run left is cleared`() throws {
        try withFolder { folder in
            let left = parent.appendingPathComponent(".data.partial").path
            try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: true)
            try Data("half".utf8).write(to: URL(fileURLWithPath: left + "/train_ims.npy.partial"))
            try SceneGenerator(configuration: tiny).write(to: folder, pictures: false)
            #expect(try FileManager.default.contentsOfDirectory(atPath: parent.path) == ["data"])
            #expect(try contents(folder).keys.allSatisfy { !$0.contains("partial") })
        }
    }
}
