import ArgumentParser
import ArrayFiles
import AsCLBase
import CommandLineOptions
import Foundation
import ImageEncoding
import RetrievalData
import RetrievalModels
import RetrievalTraining
import TextEncoding
import Torch

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a model on captioned pictures.",
        discussion: """
            Writes a folder with the model that did best on the validation split, its text encoder, a page with curves \
            (run.html), a log (log.jsonl and TensorBoard event files) and what --resume needs. Ctrl-C writes a checkpoint and exits with 130; a \
            resumed run, after Ctrl-C or a kill, ends with the same weights as one that was never interrupted.
            """)

    @Option(help: "A configuration in YAML, such as Configs/flickr8k.yaml.")
    var config: String?

    @OptionGroup var values: TrainingValues

    @Option(help: "A folder in SCAN's layout, or a Karpathy JSON beside its features.")
    var data: String

    @Option(help: "The folder to write the run into.")
    var output: String

    @Option(help: "A trained model's folder, to learn from its scores with the weight loss.distillation.")
    var teacher: String?

    @Option(help: "The folder of the pictures, to show some of them on the run's page.")
    var images: String?

    @Flag(help: "Go on with the run in the output folder, by its own configuration.")
    var resume = false

    @Flag(help: "Replace the run in the output folder.")
    var overwrite = false

    @Flag(help: "Check everything, tell steps, time, memory and disk of the training, and write nothing.")
    var dryRun = false

    @Option(help: Device.help)
    var device: Device?

    func validate() throws {
        if resume, overwrite { throw ValidationError("--resume and --overwrite exclude each other") }
        let options = (config == nil ? [] : ["--config"]) + values.options
        if resume, !options.isEmpty {
            throw ValidationError(
                "--resume goes on by the run's own training.yaml: leave out \(options.joined(separator: ", "))")
        }
        if !resume, config == nil { throw ValidationError("Missing expected argument '--config <config>'") }
    }

    func run() throws {
        // A dry run has nothing to save.
        if !dryRun { InterruptFlag.install() }
        let existing: RunFolder.Existing = resume ? .resume : overwrite ? .overwrite : .refuse
        try RunFolder.check(output, existing: existing)
        var settings =
            try config.map { try TrainingConfiguration(contentsOf: $0) } ?? TrainingRun.configuration(ofRunIn: output)
        try settings.apply(values.changes())
        try settings.findTextEncoder()
        if settings.training.threads > 0 { try Torch.setThreadCount(settings.training.threads) }
        let place = try Device.chosen(device)
        try Folder.expectPlace(for: output)
        if let images { try Folder.expect(images) }

        let dataset = try Dataset(path: data)
        let (train, validation) = try settings.splits(of: dataset)
        let master = try teacher.map { try RetrievalModel(checkpoint: $0, device: place) }
        let run = try TrainingRun(settings, (train, validation), path: data, teacher: master, device: place)
        if !resume { for split in [train, validation] { try Terminal.checkFeatures(split) } }
        let page = RunPage(run, picture: try images.map { try validation.thumbnails(in: $0) })
        // After all that may be wrong: an error stands alone.
        settings.notices(train, validation).forEach(Terminal.say)
        if dryRun { return print(try TrainingEstimate(run, in: output) { show($0) }) }
        let folder = try run.claim(output, existing: existing)
        Terminal.say(
            "training on \(train.imageCount) images with \(train.captions.count) captions, "
                + "\(run.model.parameters.valueCount) parameters, \(place), \(Torch.threadCount) threads")
        let console = TrainingConsole(encoding: ProgressMeter("encoding", unit: "captions").update)
        let outcome = try run.trainer(onEvent: console.show)
            .run(in: folder, page: page, isStopping: { InterruptFlag.signalNumber != nil }, onEvent: console.show)
        switch outcome {
        case .finished(let rsum, let epoch):
            Terminal.say(String(format: "best validation Rsum %.1f, epoch %d; the model is in %@", rsum, epoch, output))
        case .stopped:
            let teacher = teacher.map { " --teacher \($0)" } ?? ""
            Terminal.say("interrupted; go on with: ascl train --resume --data \(data) --output \(output)\(teacher)")
            throw ExitCode(128 + (InterruptFlag.signalNumber ?? SIGINT))
        }
    }

    private func show(_ event: TrainingEvent) {
        if case .notice(let line) = event { Terminal.say(line) }
    }
}

extension RetrievalSplit {
    /// Makes small pictures of a folder's pictures, by the names that the split has for them.
    fileprivate func thumbnails(in folder: String) throws(InputError) -> RunPage.Picture {
        guard imageNames != nil else {
            throw InputError(
                path: name, place: "image names", expected: "an _ids.txt, to find the pictures by", found: "none")
        }
        return { try PictureThumbnail.jpeg(of: "\(folder)/\($0)", longSide: 200) }
    }
}
