package import AsCLBase
import Foundation
package import ImageEncoding
package import PictureCatalogue
package import RetrievalModels
import TextEncoding
package import Torch
import VectorStore

/// A trained model that searches an index by the features of its pictures.
package struct TrainedModel: Sendable {
    /// The folder that it was read from, by its whole path.
    package let path: String
    /// What tells it from any other.
    package let fingerprint: String
    /// The model.
    package let model: RetrievalModel
    /// What it makes of sentences.
    let words: SentenceWords

    /// Loads a checkpoint's folder.
    package init(checkpoint: String, device: Device = .cpu) throws {
        path = Indexing.path(checkpoint)
        var digests = FileDigests.ofModels
        fingerprint = try RetrievalModel.fingerprint(ofCheckpoint: path, &digests)
        model = try RetrievalModel(checkpoint: path, device: device)
        words = SentenceWords(model)
    }

    /// Loads the checkpoint that an index was made for.
    /// - Throws: `InputError` where its folder is gone or holds another.
    package init(_ checkpoint: CatalogueModel.Checkpoint, device: Device = .cpu) throws {
        var digests = FileDigests.ofModels
        let found: String
        do { found = try RetrievalModel.fingerprint(ofCheckpoint: checkpoint.path, &digests) } catch {
            throw InputError(
                path: error.path ?? checkpoint.path, place: "model", expected: "the one that the index was made for",
                found: "\(error.found): put it back, or name another by `ascl index --model`")
        }
        guard found == checkpoint.fingerprint else {
            throw InputError(
                path: checkpoint.path, place: "model",
                expected: "\(checkpoint.fingerprint), which the index was made for",
                found: "\(found): `ascl index --model` makes the index for it, and until then the former answers where "
                    + "it is put back")
        }
        (path, fingerprint) = (checkpoint.path, found)
        model = try RetrievalModel(checkpoint: path, device: device)
        words = SentenceWords(model)
    }

    /// Whether nothing is to be said of a pair beyond the cosine of its vectors.
    var scoresByVectors: Bool { model.vectorScorer?.scoresByVectors ?? false }

    /// Checks that it was trained on what an encoder makes.
    package func check(_ encoder: any PictureEncoder) throws(InputError) {
        guard let features = model.features else {
            throw InputError(
                path: path + "/config.json", place: "features",
                expected: "the encoder whose features the model was trained on",
                found: "none: these were made elsewhere, and nothing here makes their like of a picture; train on "
                    + "features that `ascl features` made")
        }
        guard encoder.identity.contains(features) else {
            throw InputError(
                path: path + "/config.json", place: "features",
                expected: "\(encoder.identity), which the pictures are to be encoded by",
                found: "\(features): name that encoder by --regions and what goes with it, or train on features of the "
                    + "former")
        }
    }

    /// What an index by this model and an encoder keeps. Where the encoder is a CLIP or a SigLIP its own vectors are searched
    /// by, which its text tower makes of sentences too.
    package func searchCheckpoint(
        _ description: EncoderDescription, shape: FeatureShape
    ) -> SearchCheckpoint {
        var vectors: SearchCheckpoint.Vectors?
        if description.towers == nil, let scorer = model.vectorScorer {
            let device = model.device
            vectors = .init(dimension: scorer.vectorDimension) { records in
                var values: [Float] = []
                for start in stride(from: 0, to: records.count, by: Self.picturesAtOnce) {
                    let part = Array(records[start..<min(start + Self.picturesAtOnce, records.count)])
                    values += try withoutGradients {
                        try scorer.vectors(IndexedFeatures.batch(part, shape, on: device)).array(Float.self)
                    }
                }
                return values
            }
        }
        return SearchCheckpoint(path: path, fingerprint: fingerprint, vectors: vectors)
    }

    /// Why every search has to score every picture; nil where it need not.
    package func notice(_ description: EncoderDescription) -> String? {
        guard description.towers == nil, model.vectorScorer == nil else { return nil }
        let method = model.configuration.method.rawValue
        return "\(method) has no vector of a picture to search for: every search scores all of them"
    }

    /// Pictures made ready at once.
    static let picturesAtOnce = 64
}

extension RetrievalModel {
    /// What makes vectors to search by; nil where it has none, or where they are longer than a store's.
    var vectorScorer: (any VectorScorer)? { vectorScorer(upTo: VectorStore.mostDimension) }

    /// The same for a store of vectors of so many numbers at most.
    func vectorScorer(upTo most: Int) -> (any VectorScorer)? {
        guard let scorer = scorer as? any VectorScorer, scorer.vectorDimension <= most else { return nil }
        return scorer
    }
}
