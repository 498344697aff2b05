import AsCLBase
import ImageEncoding
import RetrievalModels
import Synchronization
import Torch

/// Pictures that somebody asks with: the encoder, loaded with the first of them.
final class PictureTower: Sendable {
    private let description: EncoderDescription
    private let identity: String?
    private let model: RetrievalModel?
    private let device: Device
    private let encoder = Mutex<(any PictureEncoder)?>(nil)

    /// - Parameters:
    ///   - identity: What the encoder has to be, where that was not seen to yet.
    ///   - model: Whose vectors of pictures are asked for; nil for the encoder's own.
    init(_ description: EncoderDescription, identity: String? = nil, by model: RetrievalModel? = nil, device: Device) {
        self.description = description
        self.identity = identity
        self.model = model
        self.device = device
    }

    /// The unit vector of a picture.
    func vector(_ picture: Picture) throws -> [Float] {
        let encoder = try encoder.withLock { known in
            if let known { return known }
            var digests = FileDigests.ofModels
            let made = try description.encoder(on: device, digests: &digests)
            if let identity, made.identity != identity {
                throw InputError(
                    path: description.place, place: "encoder",
                    expected: "\(identity), which the pictures were indexed by", found: made.identity)
            }
            known = made
            return made
        }
        let features = try encoder.encode([picture])
        if let scorer = model?.vectorScorer {
            return try withoutGradients {
                try scorer.vectors(IndexedFeatures.batch(features, encoder.shape, on: device)).array(Float.self)
            }
        }
        let vector = features[0].global
        let length = dot(vector, vector).squareRoot()
        return vector.map { $0 / length }
    }
}
