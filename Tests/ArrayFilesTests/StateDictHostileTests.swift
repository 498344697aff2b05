import AsCLBase
import Foundation
import RetrievalFixtures
import Testing

@testable import ArrayFiles

/// State dicts that lie.
@Suite struct StateDictHostileTests {
    let scratch = try? ScratchFolder()

    func error(_ content: [UInt8]) throws -> String {
        let path = try #require(scratch).file("hostile.pth", content)
        let line = try #require(throws: InputError.self) { try StateDictFile(path: path) }.description
        #expect(line.hasPrefix(path) && !line.contains { $0.isNewline }, "\(line)")
        return String(line.dropFirst(path.count + 2))
    }

    /// A file with storage 0 where the value speaks of one.
    func legacyError(_ body: [UInt8], storages: [String: [UInt8]] = ["0": [UInt8](repeating: 1, count: 24)]) throws
        -> String
    {
        try error(Pickling.legacy(body, storages: storages))
    }

    /// One tensor `a` of a storage of 6 floats.
    func tensorError(
        offset: Int32 = 0, _ shape: [Int32], _ strides: [Int32], count: Int32 = 6, type: String = "FloatStorage"
    ) throws -> String {
        let tensor = Pickling.tensor(
            storage: Pickling.storage(type: type, count: count), offset: offset, shape: Pickling.ints(shape),
            strides: Pickling.ints(strides))
        return try legacyError(Pickling.dictionary(("a", tensor)))
    }

    @Test func `hand-made files are read as they should`() throws {
        let tensor = Pickling.tensor(
            storage: Pickling.storage(count: 6), offset: 2, shape: Pickling.ints([1, 2]),
            strides: Pickling.ints([9, 2]))
        let scratch = try #require(scratch)
        let content: [Float] = [0, 1, 2, 3, 4, 5]
        let legacy = Pickling.legacy(Pickling.dictionary(("a", tensor)), storages: ["0": bytes(content)])
        let zip = Pickling.zip([
            .init(name: "x/data.pkl", content: Pickling.pickle(Pickling.dictionary(("a", tensor)))),
            .init(name: "x/data/0", content: bytes(content)),
        ])
        for whole in [legacy, zip] {
            let file = try StateDictFile(path: scratch.file("a.pth", whole))
            let held = try #require(file.bytes(of: "a"))
            #expect(Array(held.bytes) == bytes([2, 4] as [Float]))
            #expect(file.entries["a"]?.shape == [1, 2])
        }
    }

    @Test func `tensors stay within their storage`() throws {
        #expect(try tensorError([7], [1]).contains("a: expected a view of a storage of 6 elements, found shape [7]"))
        #expect(try tensorError(offset: 1, [6], [1]).contains("offset 1"))
        #expect(try tensorError(offset: -1, [1], [1]).contains("offset -1"))
        #expect(try tensorError(offset: 7, [0], [1]).contains("offset 7"))
        #expect(try tensorError([-1], [1]).contains("shape [-1]"))
        #expect(try tensorError(offset: 5, [2], [-1]).contains("strides [-1]"))
        #expect(try tensorError([2, 2], [3, 3]).contains("strides [3, 3]"))
        #expect(try tensorError([.max, .max, .max], [.max, .max, .max]).contains("shape"))
        // A stretched dimension would make any number of elements of one.
        #expect(try tensorError([.max, .max], [0, 0]).contains("strides [0, 0]"))
        #expect(try tensorError([7], [0]).contains("strides [0]"))
        #expect(try tensorError([2], [1, 1]).contains("as many strides"))
        #expect(try tensorError([Int32](repeating: 1, count: 65), [Int32](repeating: 1, count: 65)).contains("a shape"))
        #expect(
            try tensorError([6], [1], count: 7).contains("expected 7 elements of float32 in storage 0, found 24 bytes"))
        #expect(try tensorError([1], [1], count: -1).contains("persistent id"))
        #expect(try tensorError([1], [1], type: "QInt8Storage").hasSuffix("found the global torch.QInt8Storage"))
        #expect(try tensorError([3], [1], count: 3, type: "DoubleStorage").contains("storage 0"))
    }

    @Test func `a small file does not unfold to any size`() throws {
        let content = [UInt8](repeating: 1, count: 40_000)
        let turned = Pickling.tensor(
            storage: Pickling.storage(count: 10_000), shape: Pickling.ints([100, 100]),
            strides: Pickling.ints([1, 100]))
        var body = Pickling.dictionary(("t", turned + [0x71, 0]))
        for index in 0..<200 { body += Pickling.text("t\(index)") + [0x68, 0, 0x73] }
        let line = try error(Pickling.legacy(body, storages: ["0": content]))
        #expect(line.contains("at most 16 times the file's size"))
    }

    @Test func `other names and opcodes are refused`() throws {
        let place = "state dict's pickle byte 2: "
        #expect(try legacyError(Pickling.global("os", "system")).hasSuffix("found the global os.system"))
        #expect(try legacyError(Pickling.global("numpy.core.multiarray", "_reconstruct")).hasPrefix(place))
        #expect(
            try legacyError(Pickling.global("torch._utils", "_rebuild_sparse_tensor"))
                .hasSuffix("found the global torch._utils._rebuild_sparse_tensor"))
        #expect(
            try legacyError([0x93]) == "\(place)expected the opcodes of tensors and plain containers, found opcode 0x93"
        )
        // Old opcodes that name or make objects: INST, OBJ, EXT1.
        for opcode: UInt8 in [0x69, 0x6f, 0x82] {
            #expect(try legacyError([0x29, opcode, 1]).contains("opcode 0x\(String(opcode, radix: 16))"))
        }
        #expect(
            try legacyError(Pickling.global("torch", "FloatStorage") + [0x29, 0x52]).contains(
                "torch.FloatStorage called"))
        #expect(try legacyError([0x4e, 0x29, 0x52]).contains("found None called with a tuple"))
        #expect(try error(StateDictRecords.legacyMagic + [0x80, 5]).contains("found protocol 5"))
        #expect(
            try legacyError(Array("cos\n".utf8) + [UInt8](repeating: 0x41, count: 500)).contains("a module and a name"))
        #expect(try legacyError(Pickling.global("o\u{1b}s", "x")).hasSuffix("o\\u{1B}s.x"))
    }

    @Test func `no object is made but a program's arguments, which are nothing`() throws {
        let arguments = Pickling.global("argparse", "Namespace")
        #expect(
            try legacyError(Pickling.global("torch", "FloatStorage") + [0x29, 0x81])
                .hasSuffix("expected no object but a program's arguments, found torch.FloatStorage made with a tuple"))
        #expect(try legacyError(arguments + Pickling.tuple([0x4e]) + [0x81]).contains("no object but"))
        #expect(try legacyError([0x4e, 0x29, 0x81]).contains("found None made with a tuple"))
        #expect(try legacyError(arguments + [0x29, 0x52]).contains("argparse.Namespace called"))
        #expect(try legacyError(arguments + [0x29, 0x81], storages: [:]).hasSuffix("found an empty dictionary"))
    }

    @Test func `parts of a model have names by their place, and are not many`() throws {
        let tensor = Pickling.tensor(
            storage: Pickling.storage(count: 6), shape: Pickling.ints([6]), strides: Pickling.ints([1]))
        func model(_ count: Int) -> [UInt8] {
            let parts = (0..<count).flatMap { _ in Pickling.dictionary(("weight", tensor)) }
            let arguments =
                Pickling.global("argparse", "Namespace") + [0x29, 0x81] + Pickling.dictionary(("x", [0x4e]))
            return Pickling.dictionary(("opt", arguments + [0x62]), ("model", [0x5d, 0x28] + parts + [0x65]))
        }
        let scratch = try ScratchFolder()
        let file = try StateDictFile(path: scratch.file("parts.pth", Pickling.legacy(model(3))))
        #expect(file.entries.keys.sorted() == ["0.weight", "1.weight", "2.weight"])
        #expect(try legacyError(model(17)).hasSuffix("found a list"))
    }

    @Test func `broken pickles are refused`() throws {
        let wrongs: [[UInt8]] = [
            [0x74], [0x75], [0x65], [0x73], [0x61], [0x85], [0x52], [0x51], [0x62], [0x71, 0], [0x68, 3],
            [0x6a, 1, 0, 0, 0],
            [0x28], [0x28, 0x85], [0x4e, 0x28, 0x85], [0x4e, 0x4e], [0x7d, 0x4e, 0x61], [0x5d, 0x4e, 0x4e, 0x73],
            [0x7d, 0x28, 0x4e, 0x75], [0x58, 0xff, 0xff, 0xff, 0xff], [0x58, 1, 0, 0, 0, 0xff], [0x8a, 9],
            [0x8a, 8, 1],
            [0x7d, 0x4e, 0x62], [0x4e, 0x7d, 0x62], Pickling.tuple(Pickling.text("storage")) + [0x51], [0x4e, 0x51],
        ]
        for body in wrongs { #expect(try legacyError(body).contains("byte "), "\(body)") }
        #expect(try legacyError([0x4e], storages: [:]).contains("expected a dictionary of tensors alone"))
        #expect(try legacyError(Pickling.emptyDictionary, storages: [:]).hasSuffix("found an empty dictionary"))
    }

    /// A dictionary within itself, a tuple of tuples by the hundred thousand, the same tuple doubled sixty times.
    @Test func `circles, depth and bombs are harmless`() throws {
        let circle: [UInt8] = [0x7d, 0x71, 0] + Pickling.text("model") + [0x68, 0, 0x73]
        #expect(try legacyError(circle, storages: [:]).contains("expected a dictionary of tensors alone"))
        let deep: [UInt8] = [0x29] + [UInt8](repeating: 0x85, count: 200_000)
        #expect(try legacyError(deep, storages: [:]).hasSuffix("found a tuple"))
        #expect(
            try legacyError([0x29] + repeated([0x71, 0, 0x68, 0, 0x86], 60), storages: [:]).hasSuffix("found a tuple"))
        // One list copied two hundred times into ordered dictionaries.
        let list: [UInt8] = [0x5d, 0x71, 0, 0x28] + repeated([0x4e, 0x4e, 0x86], 10_000) + [0x65]
        let copy: [UInt8] = Pickling.global("collections", "OrderedDict") + [0x68, 0, 0x85, 0x52]
        let items: [UInt8] = repeated(Pickling.text("k") + copy + [0x73], 200)
        let start: [UInt8] = [0x7d] + Pickling.text("l") + list + [0x73]
        #expect(try legacyError(start + items).contains("copied items"))
    }

    func repeated(_ bytes: [UInt8], _ count: Int) -> [UInt8] {
        Array(repeatElement(bytes, count: count).joined())
    }

    @Test func `ordered dictionaries of Python 2 are read`() throws {
        let tensor = Pickling.tensor(
            storage: Pickling.storage(count: 6), shape: Pickling.ints([6]), strides: Pickling.ints([1]))
        let name: [UInt8] = [0x55, 1] + Array("w".utf8)
        let body =
            Pickling.global("collections", "OrderedDict") + [0x5d, 0x5d, 0x28] + name + tensor + [
                0x65, 0x61, 0x85, 0x52,
            ]
        let file = try StateDictFile(path: #require(scratch).file("a.pth", Pickling.legacy(body)))
        #expect(file.entries["w"]?.shape == [6])
    }

    @Test func `checkpoints have to say which dictionary`() throws {
        let tensor = Pickling.tensor(
            storage: Pickling.storage(count: 6), shape: Pickling.ints([6]), strides: Pickling.ints([1]))
        let weights = Pickling.dictionary(("w", tensor))
        #expect(
            try legacyError(Pickling.dictionary(("model", weights), ("state_dict", weights))).hasSuffix(
                "found 2 of them"))
        #expect(try legacyError(Pickling.dictionary(("net", weights))).hasSuffix("found a dictionary under net"))
        #expect(
            try legacyError(Pickling.dictionary(("w", tensor), ("epoch", Pickling.int(3)))).hasSuffix(
                "an integer under epoch"))
        #expect(
            try legacyError(Pickling.dictionary(("model", Pickling.dictionary(("w", tensor), ("n", [0x4e])))))
                .hasSuffix("found None under n"))
        #expect(try legacyError([0x7d] + Pickling.int(1) + tensor + [0x73]).hasSuffix("found an integer as a key"))
        #expect(
            try legacyError(Pickling.dictionary(("w", tensor), ("w", tensor)))
                == "w: expected a name of its own, found a name that is taken")
        let flagged = Pickling.tensor(
            storage: Pickling.storage(count: 6), shape: Pickling.ints([6]), strides: Pickling.ints([1]),
            rest: [[0x89], [0x7d], Pickling.dictionary(("neg", [0x88]))])
        #expect(try legacyError(Pickling.dictionary(("w", flagged))).hasSuffix("found a tensor with some"))
    }

    @Test func `legacy storages that lie are refused`() throws {
        let tensor = Pickling.tensor(
            storage: Pickling.storage(count: 6), shape: Pickling.ints([6]), strides: Pickling.ints([1]))
        let body = Pickling.dictionary(("w", tensor))
        #expect(
            try error(Pickling.legacy(body) + [0]).contains(
                "after the last storage: expected the file's end, found 1 bytes"))
        #expect(try error(Pickling.legacy(body, storages: [:])).contains("a record for storage 0"))
        #expect(try error(Pickling.legacy(body, storages: ["1": []])).contains("storage keys"))
        var huge = Pickling.legacy(body, storages: ["0": []])
        huge.replaceSubrange(huge.count - 8..<huge.count, with: [UInt8](repeating: 0xff, count: 8))
        #expect(try error(huge).contains("storage 0: expected its number of elements and these"))
    }

    @Test func `zip files that lie are refused`() throws {
        let pickle = Pickling.Entry(name: "x/data.pkl", content: Pickling.pickle([0x7d]))
        let record = Pickling.Entry(name: "x/data/0", content: [1, 2, 3, 4])
        #expect(try error(Pickling.zip([pickle, record])).hasSuffix("found an empty dictionary"))
        func changed(_ change: (inout Pickling.Entry) -> Void) throws -> String {
            var entry = record
            change(&entry)
            return try error(Pickling.zip([pickle, entry]))
        }
        #expect(try changed { $0.method = 8 }.contains("zip x/data/0: expected stored bytes"))
        #expect(try changed { $0.size = 5 }.contains("expected its header and 5 bytes"))
        #expect(try changed { $0.size = .max - 1 }.contains("the file's end"))
        #expect(try changed { $0.size = .max }.contains("sizes that agree"))
        #expect(try changed { $0.header = 1 }.contains("something else"))
        #expect(try changed { $0.header = 0x7fff_ffff }.contains("something else"))
        #expect(try changed { $0.name = "x/data.pkl" }.contains("twice"))
        #expect(try changed { $0.name = "y/data.pkl" }.contains("expected one data.pkl"))
        #expect(try error(Pickling.zip([record])).contains("one data.pkl, as torch.save writes it, found 0"))
        #expect(try error(Pickling.zip([pickle], count: 0)).contains("entries that fill it"))
        #expect(try error(Pickling.zip([pickle], count: 2)).contains("expected at most 1 entries"))
        #expect(try error(Pickling.zip([pickle], start: 0xffff_fff0)).contains("before the end record"))
        // Two names for the same bytes.
        #expect(
            try error(Pickling.zip([pickle, record, .init(name: "x/data.pkl", content: [], size: 4, header: 0)]))
                .contains("zip x/data.pkl: expected entries that do not overlap"))
        let big = Pickling.Entry(name: "x/byteorder", content: Array("big".utf8))
        #expect(try error(Pickling.zip([pickle, big])) == "byteorder: expected little, found another")
    }
}
