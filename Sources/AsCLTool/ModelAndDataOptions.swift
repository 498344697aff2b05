import ArgumentParser
import CommandLineOptions
import RetrievalData
import RetrievalModels
import Torch

/// A trained model and the data to use it on.
struct ModelAndDataOptions: ParsableArguments {
    @Option(help: "A trained model's folder, as `ascl train` writes it.")
    var checkpoint: String

    @Option(help: "A folder in SCAN's layout, or a Karpathy JSON beside its features.")
    var data: String

    @Option(help: "The split, such as test.")
    var split: String

    /// Opens both and checks that they fit.
    /// - Parameter captionsNeeded: Whether a split without captions, such as a photo collection, is an error.
    func open(
        on device: Device, captionsNeeded: Bool = true
    ) throws -> (model: RetrievalModel, split: RetrievalSplit) {
        let dataset = try Dataset(path: data)
        let split = captionsNeeded ? try dataset.split(split) : try dataset.pictures(split)
        let model = try RetrievalModel(checkpoint: checkpoint, device: device)
        try model.check(split, path: data)
        [split].omissions.forEach(Terminal.say)
        return (model, split)
    }
}
