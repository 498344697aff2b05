import ArrayFiles
import AsCLBase

/// The tokens of a `vocab.txt`, one a line, as a trie over their UTF-8 bytes.
///
/// Walking a word's bytes from the root finds its longest piece in one pass, without making a string for each candidate.
/// The pieces inside a word (`##ing`) hang below the node that `##` leads to, where the walk for them starts.
struct WordPieceVocabulary: Sendable {
    /// Lines of the file, so the rows of the embedding table that fits it.
    let count: Int
    private var trie = ByteTrie()
    private let continuation: ByteTrie.Node?

    /// Reads the file at `path`. A token that stands on two lines has the later number, as in Hugging Face's reader.
    init(path: String) throws(InputError) {
        let file: MappedFile
        do throws(InputError) {
            file = try MappedFile(path: path)
        } catch {
            throw InputError(path: path, place: error.place, expected: error.expected, found: error.found)
        }
        guard file.bytes.count <= Int32.max else {
            throw InputError(
                path: path, place: "size", expected: "at most \(Int32.max) bytes", found: "\(file.bytes.count)")
        }
        var lines = file.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        guard !lines.isEmpty else {
            throw InputError(path: path, place: "line 1", expected: "one token a line", found: "an empty file")
        }
        for (index, line) in lines.enumerated() {
            guard String(validating: line, as: UTF8.self) != nil else {
                throw InputError(path: path, place: "line \(index + 1)", expected: "UTF-8", found: "other bytes")
            }
            trie.insert(line.last == UInt8(ascii: "\r") ? line.dropLast() : line, token: Int32(index))
        }
        count = lines.count
        continuation = trie.node(at: "##".utf8)
        withExtendedLifetime(file) {}  // `lines` points into it
    }

    /// The number of a whole token.
    func token(_ text: String) -> Int32? {
        trie.node(at: text.utf8).flatMap(trie.token)
    }

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
