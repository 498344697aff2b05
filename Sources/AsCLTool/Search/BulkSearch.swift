import AsCLBase
import CommandLineOptions
import Foundation
import PictureSearch

/// Many sentences, each searched for by itself.
struct BulkSearch {
    private let sentences: [String]
    /// As many as one pass over the vectors takes.
    private static let atOnce = 64

    private struct Line: Encodable {
        let sentence: String
        let answer: SearchAnswer

        private enum CodingKeys: CodingKey { case sentence }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(sentence, forKey: .sentence)
            try answer.encode(to: encoder)
        }
    }

    /// Reads the sentences, one a line.
    /// - Parameter path: A file, or `-` for standard input.
    init(_ path: String) throws {
        let name = path == "-" ? "standard input" : path
        let data =
            path == "-"
            ? try FileHandle.standardInput.readToEnd() ?? Data()
            : try TextFile.read(path, expected: "a readable file of sentences")
        guard let text = String(validating: data, as: UTF8.self) else {
            throw InputError(path: name, place: "encoding", expected: "UTF-8 text", found: "bytes that are not UTF-8")
        }
        sentences = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0).trimmed }
            .dropLast(text.hasSuffix("\n") ? 1 : 0)
        guard text.contains(where: { !$0.isWhitespace }) else {
            throw InputError(path: name, expected: "a sentence a line", found: "none")
        }
        if let blank = sentences.firstIndex(of: "") {
            throw InputError(path: name, place: "line \(blank + 1)", expected: "a sentence", found: "a blank line")
        }
    }

    /// Prints a line of JSON for each.
    func run(_ collection: PictureCollection, as form: PictureQuery) throws {
        for start in stride(from: 0, to: sentences.count, by: Self.atOnce) {
            let some = Array(sentences[start..<min(sentences.count, start + Self.atOnce)])
            for (sentence, answer) in zip(some, try collection.search(each: some, as: form)) {
                try Terminal.printJSON(Line(sentence: sentence, answer: answer), isOneLine: true)
            }
            fflush(nil)
        }
    }
}
