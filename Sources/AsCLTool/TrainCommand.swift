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
            (run.html), a log (log.jsonl and TensorBoard event files) and what --resume needs. Ctrl-C writes a checkpoint \
            and exits with 130; a resumed run, after Ctrl-C or a kill, ends with the same weights as one that was never \
            interrupted. Started several times by torchrun, srun or mpirun, the processes share each batch \
            (docs/clusters.md).
            """)

    @Option(help: "A configuration in YAML, such as Configs/flickr8k.yaml.")
    var config: String?

    @OptionGroup var values: TrainingValues

    @Option(help: "A folder in SCAN's layout, or a Karpathy JSON beside its features.")
    var data: String

    @Option(help: "The folder to write the run into.")
    var output: String

    @Option(
        help: ArgumentHelp(
            "A model's folder, to begin with its weights: a run's, or one of ascl weights convert (model.from).",
            valueName: "folder"))
    var from: String?

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

    @Option(
        help: "Threads to compute with. Default: training.threads, else all cores, shared by the processes of a host.")
    var threads: Int?

    func validate() throws {
        try ValidationError.expect(atLeast: 1, ["threads": threads])
        if resume, overwrite { throw ValidationError("--resume and --overwrite exclude each other") }
        let options = (config == nil ? [] : ["--config"]) + (from == nil ? [] : ["--from"]) + values.options
        if resume, !options.isEmpty {
            throw ValidationError(
                "--resume goes on by the run's own training.yaml: leave out \(options.joined(separator: ", "))")
        }
        if !resume, config == nil { throw ValidationError("Missing expected argument '--config <config>'") }
    }

    func run() throws {
        // A dry run has nothing to save.
        if !dryRun { InterruptFlag.install() }
        let ranks = try TrainingRanks(isDryRun: dryRun)
        let existing = ranks.existing(resume ? .resume : overwrite ? .overwrite : .refuse, in: output)
        if ranks.isFirst { try RunFolder.check(output, existing: existing) }
        var settings = try settings(ranks)
        try settings.apply(values.changes())
        if let from { settings.model.from = from }
        try settings.findTextEncoder()
        try ranks.setThreads(threads ?? (settings.training.threads > 0 ? settings.training.threads : nil))
        let place = try ranks.device(device)
        if ranks.isFirst { try Folder.expectPlace(for: output) }
        if let images { try Folder.expect(images) }

        let dataset = try Dataset(path: data)
        let (train, validation) = try settings.splits(of: dataset)
        let master = try teacher.map { try RetrievalModel(checkpoint: $0, device: place) }
        let run = try TrainingRun(settings, (train, validation), path: data, teacher: master, device: place)
        if !resume, ranks.isFirst { for split in [train, validation] { try Terminal.checkFeatures(split) } }
        if let group = ranks.group {
            try settings.check(sharedBy: group.size)
            try run.expectSame(in: group)
        }
        let page = RunPage(run, picture: try images.map { try validation.thumbnails(in: $0) })
        // After all that may be wrong: an error stands alone.
        (settings.notices(train, validation) + run.notices).forEach(ranks.say)
        if dryRun { return print(try TrainingEstimate(run, in: output) { show($0) }) }
        let folder = ranks.isFirst ? try run.claim(output, existing: existing) : nil
        let together = ranks.group.map { ", \($0.size) ranks" } ?? ""
        ranks.say(
            "training on \(train.imageCount) images with \(train.captions.count) captions, "
                + "\(run.model.parameters.valueCount) parameters, \(place), \(Torch.threadCount) threads\(together)")
        switch try trained(run, ranks, folder, page) {
        case .finished(let rsum, let epoch):
            ranks.say(String(format: "best validation Rsum %.1f, epoch %d; the model is in %@", rsum, epoch, output))
        case .stopped:
            let teacher = teacher.map { " --teacher \($0)" } ?? ""
            ranks.say("interrupted; go on with: ascl train --resume --data \(data) --output \(output)\(teacher)")
            throw ExitCode(128 + (InterruptFlag.signalNumber ?? SIGINT))
        }
    }

    private func trained(
        _ run: TrainingRun, _ ranks: TrainingRanks, _ folder: RunFolder?, _ page: RunPage
    ) throws -> TrainingOutcome {
        let console = TrainingConsole(encoding: ProgressMeter("encoding", unit: "captions").update)
        func show(_ event: TrainingEvent) { if ranks.isFirst { console.show(event) } }
        let outcome = try run.trainer(sharedBy: ranks.group, onEvent: show)
            .run(in: folder, page: page, isStopping: { InterruptFlag.signalNumber != nil }, onEvent: show)
        ranks.group?.leave()
        return outcome
    }

    /// The configuration: the file's, or that of the run to go on with, which the first process knows.
    private func settings(_ ranks: TrainingRanks) throws -> TrainingConfiguration {
        if let config { return try TrainingConfiguration(contentsOf: config) }
        return try TrainingConfiguration(
            yaml: ranks.shared { try TrainingRun.configuration(ofRunIn: output).yaml() }, source: output)
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
