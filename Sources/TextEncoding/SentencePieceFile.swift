import AsCLBase

/// A `spiece.model`: SentencePiece's pieces with what is done to a text first, as a protocol buffer.
struct SentencePieceFile {
    /// What a piece is for.
    enum Kind: UInt64 {
        case normal = 1
        case unknown, control, userDefined, unused, byte
    }

    struct Piece {
        /// UTF-8.
        var text: [UInt8] = []
        var score: Float = 0
        var kind = Kind.normal
    }

    let path: String
    /// By their numbers.
    let pieces: [Piece]
    let normalizer: SentencePieceNormalizer

    /// Reads the file at `path`.
    /// - Throws: `InputError` naming what is damaged or of another kind than SigLIP's.
    init(path: String) throws(InputError) {
        let file = try MappedFile(path: path)
        var pieces: [Piece] = []
        var settings = Settings()
        var model = ProtobufReader(file.bytes, path: path, place: "model")
        while let (field, value) = try model.next() {
            switch (field, value) {
            case (1, .bytes(let bytes)): try pieces.append(Self.piece(bytes, pieces.count, path))
            case (2, .bytes(let bytes)): try settings.readTrainer(bytes, path)
            case (3, .bytes(let bytes)): try settings.readNormalizer(bytes, path)
            default: continue
            }
        }
        func refused(_ place: String, _ expected: String, _ found: String) -> InputError {
            InputError(path: path, place: place, expected: expected, found: found)
        }
        guard settings.modelType == 1 else {
            let names: [UInt64: String] = [2: "BPE", 3: "words", 4: "characters"]
            throw refused("model_type", "unigram, as SigLIP's", names[settings.modelType] ?? "\(settings.modelType)")
        }
        guard !settings.fallsBackToBytes else { throw refused("byte_fallback", "false, as SigLIP's", "true") }
        guard !settings.putsBlanksBehind else {
            throw refused("treat_whitespace_as_suffix", "false, as SigLIP's", "true")
        }
        guard !pieces.isEmpty, pieces.count <= Int32.max else { throw refused("pieces", "pieces", "\(pieces.count)") }
        var userDefined = ByteTrie()
        for (id, piece) in pieces.enumerated() where piece.kind == .userDefined {
            userDefined.insert(piece.text, token: Int32(id))
        }
        normalizer = SentencePieceNormalizer(
            table: try settings.table.isEmpty ? nil : CharacterTable(settings.table, path: path),
            userDefined: userDefined, addsPrefix: settings.addsPrefix, removesBlanks: settings.removesBlanks,
            escapesBlanks: settings.escapesBlanks)
        (self.path, self.pieces) = (path, pieces)
        withExtendedLifetime(file) {}
    }

    private static func piece(_ bytes: UnsafeRawBufferPointer, _ index: Int, _ path: String) throws(InputError) -> Piece
    {
        var piece = Piece()
        var reader = ProtobufReader(bytes, path: path, place: "piece \(index)")
        while let (field, value) = try reader.next() {
            switch (field, value) {
            case (1, .bytes(let text)): piece.text = Array(text)
            case (2, .float(let score)): piece.score = score
            case (3, .number(let number)):
                guard let kind = Kind(rawValue: number) else {
                    throw InputError(path: path, place: "piece \(index), type", expected: "1 to 6", found: number)
                }
                piece.kind = kind
            default: continue
            }
        }
        guard !piece.text.isEmpty, String(validating: piece.text, as: UTF8.self) != nil, piece.score.isFinite else {
            throw InputError(
                path: path, place: "piece \(index)", expected: "a text with a finite score",
                found: piece.text.isEmpty ? "no text" : "another, \(piece.score)")
        }
        return piece
    }

    /// What the file says beside the pieces; what it leaves out is as SentencePiece has it.
    private struct Settings {
        var modelType: UInt64 = 1
        var fallsBackToBytes = false
        var putsBlanksBehind = false
        var table: [UInt8] = []
        var addsPrefix = true
        var removesBlanks = true
        var escapesBlanks = true

        mutating func readTrainer(_ bytes: UnsafeRawBufferPointer, _ path: String) throws(InputError) {
            var reader = ProtobufReader(bytes, path: path, place: "trainer_spec")
            while let (field, value) = try reader.next() {
                switch (field, value) {
                case (3, .number(let number)): modelType = number
                case (24, .number(let number)): putsBlanksBehind = number != 0
                case (35, .number(let number)): fallsBackToBytes = number != 0
                default: continue
                }
            }
        }

        mutating func readNormalizer(_ bytes: UnsafeRawBufferPointer, _ path: String) throws(InputError) {
            var reader = ProtobufReader(bytes, path: path, place: "normalizer_spec")
            while let (field, value) = try reader.next() {
                switch (field, value) {
                case (2, .bytes(let blob)): table = Array(blob)
                case (3, .number(let number)): addsPrefix = number != 0
                case (4, .number(let number)): removesBlanks = number != 0
                case (5, .number(let number)): escapesBlanks = number != 0
                default: continue
                }
            }
        }
    }
}
