@testable import ArrayFiles

/// Hand-made state dicts, the broken ones too.
enum Pickling {
    static func text(_ text: String) -> [UInt8] { [0x58] + bytes([UInt32(text.utf8.count)]) + Array(text.utf8) }
    static func int(_ value: Int32) -> [UInt8] { [0x4a] + bytes([value]) }
    static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }
    static func tuple(_ items: [UInt8]...) -> [UInt8] { [0x28] + items.flatMap { $0 } + [0x74] }
    static func ints(_ values: [Int32]) -> [UInt8] { [0x28] + values.flatMap { int($0) } + [0x74] }
    static func dictionary(_ items: (String, [UInt8])...) -> [UInt8] {
        [0x7d, 0x28] + items.flatMap { text($0.0) + $0.1 } + [0x75]
    }
    static let emptyDictionary: [UInt8] = [0x7d]

    static func storage(_ key: String = "0", type: String = "FloatStorage", count: Int32) -> [UInt8] {
        tuple(text("storage"), global("torch", type), text(key), text("cpu"), int(count)) + [0x51]
    }

    static func tensor(
        storage: [UInt8], offset: Int32 = 0, shape: [UInt8], strides: [UInt8], rest: [[UInt8]] = [[0x89], [0x7d]]
    ) -> [UInt8] {
        global("torch._utils", "_rebuild_tensor_v2") + [0x28] + storage + int(offset) + shape + strides
            + rest.flatMap { $0 } + [0x74, 0x52]
    }

    /// Protocol 2 and the end around it.
    static func pickle(_ body: [UInt8]) -> [UInt8] { [0x80, 2] + body + [0x2e] }

    /// A file of the format before PyTorch 1.6; `storages` are the bytes of float32 storages.
    static func legacy(_ body: [UInt8], storages: [String: [UInt8]] = ["0": [UInt8](repeating: 1, count: 24)])
        -> [UInt8]
    {
        let keys = storages.keys.sorted()
        var file =
            StateDictRecords.legacyMagic + pickle(int(1001)) + pickle(dictionary(("little_endian", [0x88])))
            + pickle(body)
        file += pickle([0x5d, 0x28] + keys.flatMap { text($0) } + [0x65])
        for key in keys {
            let content = storages[key] ?? []
            file += bytes([Int64(content.count / 4)]) + content
        }
        return file
    }

    /// One entry of a zip file; the numbers say otherwise than the truth where a test sets them.
    struct Entry {
        var name: String
        var content: [UInt8]
        var method: UInt16 = 0
        var size: UInt32?
        var header: UInt32?
    }

    /// A zip file of the classic kind; `count` and `start` are what its end says.
    static func zip(_ entries: [Entry], count: UInt16? = nil, start: UInt32? = nil) -> [UInt8] {
        var file: [UInt8] = [], directory: [UInt8] = []
        for entry in entries {
            let size = entry.size ?? UInt32(entry.content.count)
            let name = Array(entry.name.utf8)
            let facts = bytes([0, entry.method, 0, 0]) + bytes([0, size, size]) + bytes([UInt16(name.count), 0])
            directory += bytes([0x0201_4b50 as UInt32]) + bytes([20, 20] as [UInt16]) + facts
            directory += [UInt8](repeating: 0, count: 10) + bytes([entry.header ?? UInt32(file.count)]) + name
            file += bytes([0x0403_4b50 as UInt32]) + bytes([20] as [UInt16]) + facts + name + entry.content
        }
        let number = count ?? UInt16(entries.count)
        return file + directory + bytes([0x0605_4b50 as UInt32]) + bytes([0, 0, number, number])
            + bytes([UInt32(directory.count), start ?? UInt32(file.count)]) + bytes([0 as UInt16])
    }
}
