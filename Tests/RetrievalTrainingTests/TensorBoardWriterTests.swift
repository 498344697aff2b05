import Foundation
import Testing

@testable import RetrievalTraining

@Suite struct TensorBoardWriterTests {
    @Test func `the check is CRC-32C`() {
        // The check value of the polynomial's catalogue entry, and RFC 3720's (B.4) of 32 zero bytes.
        #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
        #expect(CRC32C.checksum(.init(repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.masked([]) == 0xA282_EAD8)
    }

    @Test func `events are framed and checked`() throws {
        try withTemporaryFolder { folder in
            let writer = try TensorBoardWriter(
                folder: folder, resumingAtStep: nil, time: Date(timeIntervalSince1970: 1_700_000_000), host: "here")
            try writer.append(step: 300, scalars: [("a/b", 1.5), ("c", -2)], time: Date(timeIntervalSince1970: 2))
            let messages = try messages(inFile: folder + "/events.out.tfevents.1700000000.here")
            #expect(messages.count == 2)
            let version: [UInt8] = [0x1A, 13] + Array("brain.Event:2".utf8)
            #expect(Array(messages[0].suffix(15)) == version)
            let time: [UInt8] = [0x09, 0, 0, 0, 0, 0, 0, 0, 0x40]
            let step: [UInt8] = [0x10, 0xAC, 0x02]
            let first: [UInt8] = [0x0A, 10, 0x0A, 3] + Array("a/b".utf8) + [0x15, 0, 0, 0xC0, 0x3F]
            let second: [UInt8] = [0x0A, 8, 0x0A, 1] + Array("c".utf8) + [0x15, 0, 0, 0, 0xC0]
            #expect(messages[1] == time + step + [0x2A, 22] + first + second)
        }
    }

    @Test func `texts and pictures are summaries of their plugins`() throws {
        try withTemporaryFolder { folder in
            let writer = try TensorBoardWriter(
                folder: folder, resumingAtStep: nil, time: Date(timeIntervalSince1970: 1_700_000_000), host: "here")
            let frame: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xC0, 0, 11, 8, 0, 3, 1, 0x2C, 3, 1]
            try writer.append(step: 1, text: "**b**", named: "t", time: Date(timeIntervalSince1970: 2))
            try writer.append(step: 1, jpegs: [Data(frame)], named: "p", time: Date(timeIntervalSince1970: 2))
            try writer.append(step: 1, jpegs: [], named: "p")
            let messages = try messages(inFile: folder + "/events.out.tfevents.1700000000.here")
            try #require(messages.count == 3)
            let (time, step): ([UInt8], [UInt8]) = ([0x09, 0, 0, 0, 0, 0, 0, 0, 0x40], [0x10, 1])
            let tensor: [UInt8] = [0x08, 7, 0x12, 4, 0x12, 2, 0x08, 1, 0x42, 5] + Array("**b**".utf8)
            let plugin: [UInt8] = [0x0A, 6, 0x0A, 4] + Array("text".utf8)
            let text: [UInt8] = [0x0A, 1, 0x74, 0x42, 15] + tensor + [0x4A, 8] + plugin
            #expect(messages[1] == time + step + [0x2A, 32, 0x0A, 30] + text)
            // Height 3, width 300, three channels.
            let image: [UInt8] = [0x08, 3, 0x10, 0xAC, 0x02, 0x18, 3, 0x22, 19] + frame
            let value: [UInt8] = [0x0A, 3] + Array("p/1".utf8) + [0x22, 28] + image
            #expect(messages[2] == time + step + [0x2A, 37, 0x0A, 35] + value)
        }
    }

    @Test func `a resumed run has a later file that restarts at its step`() throws {
        try withTemporaryFolder { folder in
            let time = Date(timeIntervalSince1970: 1_700_000_000)
            _ = try TensorBoardWriter(folder: folder, resumingAtStep: nil, time: time, host: "here")
            _ = try TensorBoardWriter(folder: folder, resumingAtStep: 4, time: time, host: "here")
            let messages = try messages(inFile: folder + "/events.out.tfevents.1700000001.here")
            #expect(messages.count == 2)
            // The step after the checkpoint's, and a session log (field 7) whose status (field 1) is START (1).
            #expect(Array(messages[1].suffix(6)) == [0x10, 5, 0x3A, 2, 0x08, 1])
        }
    }

    @Test func `a folder that is none is refused`() {
        #expect(
            message {
                _ = try TensorBoardWriter(folder: "/dev/null", resumingAtStep: nil, time: .distantPast, host: "h")
            }
                == "/dev/null/events.out.tfevents.-62135769600.h: Not a directory")
    }

    /// The messages of an event file, both checks of each verified.
    private func messages(inFile path: String) throws -> [[UInt8]] {
        var rest = try readFile(path)[...]
        var messages: [[UInt8]] = []
        while !rest.isEmpty {
            let length = take(8, from: &rest)
            #expect(number(take(4, from: &rest)) == UInt64(CRC32C.masked(length)))
            let message = take(Int(number(length)), from: &rest)
            #expect(number(take(4, from: &rest)) == UInt64(CRC32C.masked(message)))
            messages.append(message)
        }
        return messages
    }

    private func take(_ count: Int, from bytes: inout ArraySlice<UInt8>) -> [UInt8] {
        defer { bytes = bytes.dropFirst(count) }
        return Array(bytes.prefix(count))
    }

    private func number(_ bytes: [UInt8]) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
