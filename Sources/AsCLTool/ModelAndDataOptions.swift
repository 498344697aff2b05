import ArgumentParser
import AsCLBase
import CommandLineOptions
import ModelWeights
import RetrievalData
import RetrievalModels
import Torch

/// A model and the data to use it on: a trained one and its features, or a pretrained one and pictures.
struct ModelAndDataOptions: ParsableArguments {
    @Option(help: "A trained model's folder, as `ascl train` writes it.")
    var checkpoint: String?

    @Option(
        help: """
            Instead of a checkpoint, a CLIP or a SigLIP, which scores by itself: its folder in Hugging Face's layout, or \
            what `ascl weights fetch` brought, by name.
            """)
    var encoder: String?

    @Option(
        help: """
            A folder in SCAN's layout, or a Karpathy JSON beside its features. With --encoder and --images: a Karpathy \
            JSON with the captions of the pictures, or nothing.
            """)
    var data: String?

    @Option(help: "The folder of the pictures. --encoder computes their vectors, once, into the user's cache.")
    var images: String?

    @Option(help: "The split, such as test. Default, for a folder of pictures: all.")
    var split: String?

    mutating func validate() throws {
        guard (checkpoint == nil) != (encoder == nil) else {
            throw ValidationError(
                encoder == nil
                    ? "expected --checkpoint, a trained model, or --encoder, a CLIP or a SigLIP"
                    : "--checkpoint and --encoder exclude each other")
        }
        if data == nil, encoder == nil || images == nil {
            throw ValidationError(
                "expected --data, features with their captions" + (encoder == nil ? "" : ", or --images, pictures"))
        }
        if data != nil, split == nil { throw ValidationError("expected --split, such as test") }
    }

    /// For commands that measure: pictures alone are not enough.
    func expectCaptions() throws {
        if images != nil, encoder == nil || data == nil {
            throw ValidationError("--images needs --encoder, and --data, a Karpathy JSON with the captions")
        }
    }

    /// The pictures' or the data's split.
    var splitName: String { split ?? "all" }
    /// What to call the data in messages.
    var dataPath: String { data ?? images ?? "" }

    /// Opens both and checks that they fit.
    /// - Parameters:
    ///   - precision: What scores are to be computed in.
    ///   - captionsNeeded: Whether a split without captions, such as a photo collection, is an error.
    func open(
        on device: Device, in precision: Precision = .fp32, captionsNeeded: Bool = true
    ) throws -> (model: RetrievalModel, split: RetrievalSplit) {
        let model = try model(on: device)
        try model.check(precision)
        let split = try pictures(captionsNeeded, on: device)
        try model.check(split, path: dataPath)
        ([split].omissions + model.featureNotices(split)).forEach(Terminal.say)
        return (model, split)
    }

    private func model(on device: Device) throws -> RetrievalModel {
        if let checkpoint { return try RetrievalModel(checkpoint: checkpoint, device: device) }
        var digests = FileDigests.ofModels
        return try RetrievalModel(
            pretrained: PretrainedModels.folder(encoder ?? ""), device: device, digests: &digests)
    }

    private func pictures(_ captionsNeeded: Bool, on device: Device) throws -> RetrievalSplit {
        if let encoder, let images {
            return try PictureVectors.split(
                PretrainedModels.folder(encoder), images: images, karpathy: data, split: splitName,
                captionsNeeded: captionsNeeded, on: device)
        }
        let dataset = try Dataset(path: dataPath)
        return captionsNeeded ? try dataset.split(splitName) : try dataset.pictures(splitName)
    }
}
