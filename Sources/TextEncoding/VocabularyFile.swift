import AsCLBase

/// A `vocab.txt`: a token a line.
struct VocabularyFile {
    let path: String
    /// The tokens, UTF-8, without their line ends.
    let lines: [[UInt8]]

    /// Reads the file at `path`.
    init(path: String) throws(InputError) {
        let file = try MappedFile(path: path)
        guard file.bytes.count <= Int32.max else {
            throw InputError(
                path: path, place: "size", expected: "at most \(Int32.max) bytes", found: "\(file.bytes.count)")
        }
        var lines = file.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        guard !lines.isEmpty else {
            throw InputError(path: path, place: "line 1", expected: "one token a line", found: "an empty file")
        }
        self.path = path
        self.lines = try lines.enumerated().map { index, line throws(InputError) in
            guard String(validating: line, as: UTF8.self) != nil else {
                throw InputError(path: path, place: "line \(index + 1)", expected: "UTF-8", found: "other bytes")
            }
            return Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
        }
        withExtendedLifetime(file) {}  // `lines` pointed into it
    }

    /// Refuses a `tokenizer.json` beside it that numbers tokens otherwise: the weights were trained with one of the two.
    func check(_ vocabulary: WordPieceVocabulary, of tokenizer: WordPieceFile) throws(InputError) {
        func wrong(_ index: Int, _ found: String) -> InputError {
            InputError(
                path: path, place: "line \(index + 1)",
                expected: "the token that tokenizer.json has as number \(index)",
                found: "\(found): remove the file that the weights were not trained with")
        }
        for (token, id) in tokenizer.vocabulary
        where Int(id) >= lines.count || !lines[Int(id)].elementsEqual(token.utf8) {
            let found =
                Int(id) < lines.count ? String(decoding: lines[Int(id)], as: UTF8.self).shownInOneLine : "no line"
            throw wrong(Int(id), "\(found) in place of \(token.shownInOneLine)")
        }
        // A token on two lines has the later number alone.
        for (index, line) in lines.enumerated() where tokenizer.vocabulary.count != lines.count {
            guard let id = vocabulary.token(line), Int(id) >= index else {
                throw wrong(index, "\(String(decoding: line, as: UTF8.self).shownInOneLine), which it has not")
            }
        }
    }
}
