import FeatureExtraction
import Foundation
import RetrievalData
import Synchronization

/// Pictures made ready for a model, once, that answer any number of queries.
///
/// ```swift
/// let model = try RetrievalModel(checkpoint: "runs/demo/checkpoint")
/// let gallery = try Gallery(model, data: "runs/demo/scenes", split: "test")
/// for match in try gallery.search("a large red circle", top: 3) { print(match.score, match.name) }
/// ```
///
/// What the model makes of a picture is held in memory: at the paper's sizes (36 regions, 1,024 dimensions) some 300 KB.
/// A gallery may be used from several threads at once.
public final class Gallery: Sendable {
    private let model: RetrievalModel
    private let split: RetrievalSplit
    private let prepared: PreparedImages
    /// The captions' tokens and words, from the first time that captions are asked for.
    private let captions = Mutex<(tokens: [[Int32]], words: WordSource)?>(nil)

    /// A split of a data folder, in SCAN's layout or a Karpathy JSON beside its features. It may be without captions.
    /// - Parameters:
    ///   - model: Whose scores rank.
    ///   - data: The folder, or the JSON file in it.
    ///   - split: The split's name, such as `test`.
    /// - Throws: `InputError` where the folder, the split or the sizes of its features are not what they should be.
    public convenience init(_ model: RetrievalModel, data: String, split: String) throws {
        try self.init(model, Dataset(path: data).pictures(split), path: data)
    }

    /// The pictures of a folder and of the folders in it.
    /// - Parameters:
    ///   - model: Whose scores rank.
    ///   - pictures: The folder.
    ///   - features: A folder for the pictures' features, made if it is missing: another gallery of the same pictures
    ///     computes only what is new or has changed. Pictures that cannot be read are listed there in `failed.tsv`.
    ///   - encoding: What the model was trained on.
    /// - Throws: `InputError` where no picture can be read, or the features are not what the model takes.
    public convenience init(
        _ model: RetrievalModel, pictures: String, features: String, encoding: PictureEncoding
    ) throws {
        let failures = try encoding.extract(pictures, into: features, on: model.device)
        try self.init(model, Dataset(path: features).pictures("all"), path: features, notices: failures)
    }

    private init(_ model: RetrievalModel, _ split: RetrievalSplit, path: String, notices: [String] = []) throws {
        try model.check(split, path: path)
        self.model = model
        self.split = split
        self.notices = notices + [split].omissions + model.featureNotices(split)
        prepared = try PreparedImages(model, split)
    }

    /// The pictures' names, in the order of the data.
    public var names: [String] { (0..<split.imageCount).map(name) }

    /// What has to be told of the pictures, one line each: how many cannot be read or are left out for want of features,
    /// and whether a mean stands in for a global vector.
    public let notices: [String]

    /// The pictures that fit a sentence best, best first.
    /// - Parameters:
    ///   - sentence: What to look for.
    ///   - top: How many; all where there are fewer.
    public func search(_ sentence: String, top: Int = 10) throws -> [Match] {
        try search([sentence], top: top).first ?? []
    }

    /// The pictures that fit each of several sentences best: one pass of the text encoder for all of them.
    /// - Parameters:
    ///   - sentences: What to look for.
    ///   - top: How many for each; all where there are fewer.
    public func search(_ sentences: [String], top: Int = 10) throws -> [[Match]] {
        for (number, sentence) in sentences.enumerated() where sentence.allSatisfy(\.isWhitespace) {
            throw InputError(place: "sentence \(number + 1)", expected: "words", found: "only blanks")
        }
        return try prepared.scores(of: sentences).map { $0.best(top, names: name) }
    }

    /// The captions of the split that fit a picture best, best first.
    /// - Parameters:
    ///   - picture: Its name, as `names` has it.
    ///   - top: How many; all where there are fewer.
    /// - Throws: `InputError` where the gallery has no such picture, or no captions.
    public func captions(for picture: String, top: Int = 10) throws -> [Match] {
        guard let image = names.firstIndex(of: picture) else {
            throw InputError(
                place: "picture", expected: "one of the \(split.imageCount) of \(split.name)", found: picture)
        }
        guard !split.captions.isEmpty else {
            throw InputError(place: "captions of \(split.name)", expected: "at least one", found: "none")
        }
        let (tokens, words) = try captions.withLock { known in
            if let known { return known }
            let tokens = try model.tokenize(split.captions).map(\.ids)
            let made = (tokens, try WordSource(model, keeping: tokens))
            known = made
            return made
        }
        return try model.scores(ofImage: image, in: split, with: tokens, words).best(top) { split.captions[$0] }
    }

    /// Recall both ways over all pictures and captions of the split; every score comes from its pair alone.
    public func evaluate() throws -> RetrievalResult {
        guard !split.captions.isEmpty else {
            throw InputError(place: "captions of \(split.name)", expected: "at least one", found: "none")
        }
        return try RetrievalResult(Evaluator(model, split).ranks())
    }

    private func name(_ image: Int) -> String { split.imageNames?[image] ?? "image \(image)" }
}
