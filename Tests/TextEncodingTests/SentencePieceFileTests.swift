import AsCLBase
import Foundation
import Testing
import TextEncoding

/// A `spiece.model` that is damaged or of another kind is one line that names the part.
@Suite struct SentencePieceFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A field of a protocol buffer: a number, or bytes.
    static func field(_ number: UInt8, _ value: UInt8) -> [UInt8] { varint(UInt16(number) << 3) + [value] }
    static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        varint(UInt16(number) << 3 | 2) + varint(UInt16(bytes.count)) + bytes
    }
    static func varint(_ number: UInt16) -> [UInt8] {
        number < 0x80 ? [UInt8(number)] : [UInt8(number & 0x7F) | 0x80, UInt8(number >> 7)]
    }

    static func piece(_ text: String, _ score: Float, _ kind: UInt8 = 1) -> [UInt8] {
        let score = withUnsafeBytes(of: score.bitPattern.littleEndian) { [5 | 2 << 3] + Array($0) }
        return field(1, field(1, Array(text.utf8)) + score + field(3, kind))
    }

    static let pieces =
        piece("<s>", 0, 3) + piece("</s>", 0, 3) + piece("<unk>", 0, 2) + piece("\u{2581}", -2) + piece("\u{2581}a", -3)
        + piece("b", -4) + piece("ab", -9)

    func write(_ bytes: [UInt8]) throws { _ = try folder.write(Data(bytes), as: "spiece.model") }

    func message() -> String {
        let error = #expect(throws: InputError.self) { _ = try TokenizerFolder.tokenizer(directory: folder.path) }
        return (error?.description ?? "").replacing(folder.path, with: "F")
    }

    @Test func `the pieces with the highest sum of scores are taken, and a cut is told`() throws {
        try write(Self.pieces)
        let tokenizer = try TokenizerFolder.tokenizer(directory: folder.path)
        #expect(tokenizer.vocabularySize == 7)
        #expect(try tokenizer.encode("AB!", maxTokens: 9) == TokenizedText(ids: [4, 5, 1], cutCount: 0))
        #expect(
            try tokenizer.encode("ab xyz", maxTokens: 9).ids == [4, 5, 3, 2, 1], "unknown characters are one piece")
        #expect(try tokenizer.encodePadded("ab xyz", length: 3) == TokenizedText(ids: [4, 5, 1], cutCount: 2))
        #expect(try tokenizer.encodePadded("", length: 3).ids == [1, 1, 1])
        #expect(throws: InputError.self) { try tokenizer.encode("a", maxTokens: 0) }
    }

    @Test(
        arguments: [
            (pieces + field(2, field(3, 2)), "model_type: expected unigram, as SigLIP's, found BPE"),
            (pieces + field(2, field(35, 1)), "byte_fallback: expected false, as SigLIP's, found true"),
            (pieces + field(2, field(24, 1)), "treat_whitespace_as_suffix: expected false, as SigLIP's, found true"),
            (piece("a", -1, 9), "piece 0, type: expected 1 to 6, found 9"),
            (piece("a", .nan), "piece 0: expected a text with a finite score, found another, nan"),
            (piece("a", -1), "vocabulary: expected a token </s>, found none"),
            (
                piece("</s>", 0, 3), "pieces: expected one for unknown characters, found none"
            ),
            ([], "pieces: expected pieces, found 0"),
            (
                pieces.dropLast(1),
                "model, byte 86: expected a field of a protocol buffer, found other bytes, or the end"
            ),
            (
                pieces + field(3, field(2, [8, 0, 0, 0, 1])),
                "precompiled_charsmap: expected a double array and texts, found 5 bytes that are none"
            ),
            (
                pieces + field(3, field(2, [4, 0, 0, 0, 0, 0, 0, 0, 65])),
                "precompiled_charsmap: expected a double array and texts, found texts that are cut or not UTF-8"
            ),
        ] as [([UInt8], String)])
    func `what is wrong is named`(_ bytes: [UInt8], _ expected: String) throws {
        try write(bytes)
        #expect(message() == "F/spiece.model: " + expected)
    }

    @Test func `a class of another tokenizer is named`() throws {
        try write(Self.pieces)
        _ = try folder.write(#"{"tokenizer_class": "T5Tokenizer"}"#, as: "tokenizer_config.json")
        #expect(
            message() == "F/tokenizer_config.json: tokenizer_class: expected SiglipTokenizer beside spiece.model, "
                + "found T5Tokenizer")
    }
}
