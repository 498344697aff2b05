import ArgumentParser
import AsCLBase
import CommandLineOptions
import EncoderTraining
import Foundation
import RetrievalData
import RetrievalTraining
import Torch

extension ScenesCommand {
    struct Encoder: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Train a small CLIP from scratch on the pictures and captions of generated scenes.",
            discussion: """
                Writes a Hugging Face folder, which transformers reads too, with the weights of the epoch that did best \
                on the validation split. Ctrl-C ends it and leaves nothing. The same seed and number of threads give \
                the same bytes.
                """)

        @Option(help: "A folder of `ascl scenes generate --pictures`.")
        var data: String

        @Option(help: "The folder to write.")
        var output: String

        @Option(help: "How often every picture is seen.")
        var epochs = EncoderRecipe().training.epochs

        @Option(help: "What the first weights and every random choice follow from.")
        var seed = EncoderRecipe().training.seed

        @Option(help: "Threads to compute with. Default: all cores.")
        var threads: Int?

        @Flag(help: "Replace the encoder in the output folder.")
        var overwrite = false

        mutating func validate() throws {
            try ValidationError.expect(atLeast: 1, ["epochs": epochs, "threads": threads])
            try ValidationError.expect(atLeast: 0, ["seed": seed])
        }

        func run() throws {
            InterruptFlag.install()
            if let threads { try Torch.setThreadCount(threads) }
            try EncoderTraining.check(output, overwrite: overwrite)
            var recipe = EncoderRecipe()
            (recipe.training.epochs, recipe.training.seed) = (epochs, seed)
            let dataset = try Dataset(path: data)
            let (train, validation) = (try pictures("train", of: dataset), try pictures("val", of: dataset))
            let training = try EncoderTraining(
                recipe, train: train, validation: validation, output: output, overwrite: overwrite)
            let test = try training.inputs(pictures("test", of: dataset))
            Terminal.say(
                "training on \(train.paths.count) pictures with \(train.captions.joined().count) captions, "
                    + "\(training.model.parameters.valueCount) parameters, \(Torch.threadCount) threads")
            switch try training.run(
                isStopping: { InterruptFlag.signalNumber != nil }, onEvent: TrainingConsole().show)
            {
            case .finished(let rsum, let epoch):
                Terminal.say(
                    String(format: "best validation Rsum %.1f, epoch %d; the encoder is in %@", rsum, epoch, output))
                // By the files, on pictures that had no say in anything.
                Terminal.show("test, " + (try test.result(ofEncoder: output).description))
            case .stopped:
                Terminal.say("interrupted; nothing was written")
                throw ExitCode(128 + (InterruptFlag.signalNumber ?? SIGINT))
            }
        }

        private func pictures(_ split: String, of dataset: Dataset) throws -> CaptionedPictures {
            let folder = data + "/images"
            guard FileManager.default.fileExists(atPath: folder) else {
                throw InputError(
                    path: folder, place: "pictures",
                    expected: "a folder of pictures (ascl scenes generate --pictures)", found: "none")
            }
            return try CaptionedPictures(dataset.split(split), images: folder)
        }
    }
}
