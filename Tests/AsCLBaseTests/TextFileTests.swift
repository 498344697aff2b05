import AsCLBase
import Foundation
import RetrievalFixtures
import Testing

struct TextFileTests {
    @Test func `a byte order mark is no part of the text`() throws {
        let path = try ScratchFolder().file("list.txt")
        func text(_ bytes: [UInt8]) throws -> [UInt8] { try Array(TextFile.withoutMark(bytes, path: path)) }
        #expect(try text([0xEF, 0xBB, 0xBF, 0x61]) == [0x61])
        #expect(try text([0x61, 0xEF, 0xBB, 0xBF]) == [0x61, 0xEF, 0xBB, 0xBF])
        #expect(try text([0xEF, 0xBB]) == [0xEF, 0xBB] && text([]).isEmpty)
        for mark in [[0xFF, 0xFE], [0xFE, 0xFF]] as [[UInt8]] {
            let error = try #require(throws: InputError.self) { try text(mark + [0x61, 0]) }
            #expect(error.description.hasPrefix("\(path): encoding: expected UTF-8 text, found UTF-16"))
        }
    }

    @Test func `only a line feed ends a line, and bytes that are no text are told by the line's number`() throws {
        let folder = try ScratchFolder()
        func lines(_ text: [UInt8]) throws -> [String] {
            var lines: [String] = []
            let path = try folder.file("list.txt", text)
            try TextFile.forEachLine(path) { number, line in lines.append("\(number) \(line)") }
            return lines
        }
        #expect(try lines(Array("\u{FEFF}a\r\n\n b\u{2028}c \nd".utf8)) == ["1 a\r", "2 ", "3  b\u{2028}c ", "4 d"])
        #expect(try lines(Array("a\n".utf8)) == ["1 a"] && lines([]).isEmpty && lines([0xEF, 0xBB, 0xBF]).isEmpty)
        let error = try #require(throws: InputError.self) { try lines([0x61, 0x0A, 0xC3, 0x0A, 0x62]) }
        let path = folder.path + "/list.txt"
        #expect(error.description == "\(path): line 2: expected UTF-8 text, found bytes that are not UTF-8")
    }

    @Test func `a terminal gets no control characters but tabs and line breaks`() {
        #expect("a\u{1B}[2J\tb\n\u{7F}\u{9B}é".escapedForTerminal == #"a\u{1B}[2J"# + "\tb\n" + #"\u{7F}\u{009B}é"#)
        #expect("plain 🐈".escapedForTerminal == "plain 🐈")
    }

    @Test func `a table's cell has no control characters`() {
        #expect(EscapedText.escape("a\\b\t\n\r\u{1B}\u{7F}\u{9B}é🐈".utf8) == #"a\\b\t\n\r\x1B\x7F\xC2\x9Bé🐈"#)
        #expect(EscapedText.escape([0x61, 0xFF, 0x09, 0xC3]) == #"a\xFF\t\xC3"#)
    }

    @Test func `a place that no file can take is known before any work`() throws {
        let folder = try ScratchFolder()
        let pipe = folder.path + "/pipe"
        mkfifo(pipe, 0o600)
        for path in [folder.path, folder.path + "/new/", "", pipe] {
            let error = try #require(throws: InputError.self) { try AtomicFile.expectPlace(for: path) }
            #expect(error.expected == "the name of a file")
        }
        try AtomicFile.expectPlace(for: folder.path + "/new")
        #expect(try folder.names == ["pipe"])
    }
}
