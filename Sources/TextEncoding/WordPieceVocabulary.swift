import AsCLBase

/// A vocabulary's tokens as a trie over their UTF-8 bytes.
///
/// Walking a word's bytes from the root finds its longest piece in one pass, without making a string for each candidate.
/// The pieces inside a word (`##ing`) hang below the node that `##` leads to, where the walk for them starts.
struct WordPieceVocabulary: Sendable {
    /// One more than the largest number of a token.
    let count: Int
    /// What a piece inside a word begins with.
    let continuationMark: String
    private let trie: ByteTrie
    private let continuation: ByteTrie.Node?

    /// The lines of a `vocab.txt`. A token that stands on two lines has the later number, as in Hugging Face's reader.
    init(_ file: VocabularyFile) {
        var trie = ByteTrie()
        for (index, line) in file.lines.enumerated() { trie.insert(line, token: Int32(index)) }
        self.init(trie, count: file.lines.count, continuation: "##")
    }

    /// The vocabulary of a `tokenizer.json`.
    init(_ file: WordPieceFile) {
        var trie = ByteTrie()
        for (token, id) in file.vocabulary { trie.insert(token.utf8, token: id) }
        self.init(
            trie, count: file.vocabulary.reduce(0) { max($0, Int($1.id) + 1) }, continuation: file.continuation)
    }

    private init(_ trie: ByteTrie, count: Int, continuation: String) {
        self.trie = trie
        self.count = count
        continuationMark = continuation
        self.continuation = trie.node(at: continuation.utf8)
    }

    /// The number of a whole token.
    func token(_ bytes: some Sequence<UInt8>) -> Int32? {
        trie.node(at: bytes).flatMap(trie.token)
    }

    /// All tokens' texts by number.
    var texts: [Int32: String] { trie.strings.mapValues { String(decoding: $0, as: UTF8.self) } }

    /// Appends the pieces of `word`, each the longest that fits; false, and nothing appended, where none does.
    func appendPieces(of word: ArraySlice<UInt8>, to ids: inout [Int32]) -> Bool {
        let start = ids.count
        var rest = word
        var root: ByteTrie.Node? = .root
        while !rest.isEmpty {
            guard let from = root, let piece = trie.longestMatch(in: rest, from: from) else {
                ids.removeSubrange(start...)
                return false
            }
            ids.append(piece.token)
            rest = rest.dropFirst(piece.length)
            root = continuation
        }
        return true
    }
}
