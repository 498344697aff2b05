import ArgumentParser
import CommandLineOptions
import Foundation
import ImageEncoding
import ModelWeights
import PictureCatalogue
import PictureSearch
import Torch

/// What an index is to be by: what the command names, else what the index has.
struct IndexChoice {
    let description: EncoderDescription
    let encoder: any PictureEncoder
    let checkpoint: SearchCheckpoint?
    /// What has to be told, a line each.
    let notices: [String]

    /// Loads both and holds them to each other.
    /// - Parameter own: What answers in the index so far.
    /// - Throws: `InputError` where the model was trained on something else.
    init(model: String?, encoders: EncoderOptions, own: CatalogueModel?, on device: Device) throws {
        let named = encoders.isGiven ? try encoders.description(vectorSuffices: model == nil) : nil
        if model == nil, let named, named.towers == nil, own?.checkpoint == nil { throw Self.lacksModel }
        var trained = try model.map { try TrainedModel(checkpoint: $0, device: device) }
        if let own, named == nil {
            description = own.description
        } else if model == nil {
            description = try named ?? .vector(folder: Indexing.path(PretrainedModels.folder("clip-vit-b-32")))
        } else {
            description = try named ?? encoders.description()
        }
        encoder = try EncoderOptions.encoder(description, on: device)
        if model == nil, let own, let checkpoint = own.checkpoint, named == nil || encoder.identity == own.identity {
            trained = try TrainedModel(checkpoint, device: device)
        }
        try trained?.check(encoder)
        if trained == nil, description.towers == nil { throw Self.lacksModel }
        checkpoint = trained?.searchCheckpoint(description, shape: encoder.shape)
        var notices = trained?.notice(description).map { [$0] } ?? []
        if let own, own.identity != encoder.identity {
            notices.append(
                "indexing all folders anew by \(description.place); searches are answered by \(own.encoder) until that is "
                    + "done")
        }
        self.notices = notices
    }

    private static var lacksModel: ValidationError {
        ValidationError("expected --model, a trained model: only a CLIP or a SigLIP finds pictures by itself")
    }
}
