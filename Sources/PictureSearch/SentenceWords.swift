import AsCLBase
import RetrievalModels
import Synchronization
import TextEncoding
import Torch

/// Raw words of sentences by a trained model, kept for those that were asked for last: both stages of a search read them,
/// and so does every further page.
final class SentenceWords: Sendable {
    private struct Kept {
        var words: [String: TextBatch] = [:]
        /// Those that came first first.
        var order: [String] = []
    }

    private let model: RetrievalModel
    private let kept = Mutex(Kept())

    /// Sentences that are kept: some 20 MB of words.
    private static let most = 256

    init(_ model: RetrievalModel) { self.model = model }

    /// The words of sentences, one after the other. Those that are not known pass the text encoder together.
    /// - Throws: `InputError` for a blank one.
    func words(of sentences: [String]) throws -> TextBatch {
        for sentence in sentences where sentence.allSatisfy(\.isWhitespace) {
            throw InputError(place: "sentence", expected: "words", found: "only blanks")
        }
        let known = kept.withLock { kept in
            Dictionary(sentences.compactMap { text in kept.words[text].map { (text, $0) } }) { $1 }
        }
        let missing = Array(Set(sentences).subtracting(known.keys)).sorted()
        guard !missing.isEmpty else { return try .joined(sentences.compactMap { known[$0] }) }
        return try withoutGradients {
            let encoded = try model.encode(model.tokenize(missing).map(\.ids))
            var all = known
            for (place, sentence) in missing.enumerated() { all[sentence] = try encoded.selecting([place]) }
            kept.withLock { [all] kept in
                for sentence in missing where kept.words[sentence] == nil {
                    kept.words[sentence] = all[sentence]
                    kept.order.append(sentence)
                }
                while kept.order.count > Self.most { kept.words[kept.order.removeFirst()] = nil }
            }
            return try .joined(sentences.compactMap { all[$0] })
        }
    }
}
