import ArgumentParser
import AsCLBase
import CommandLineOptions
import FeatureImport
import Foundation
import RetrievalData

struct FeaturesImport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a data folder of region features that others published.",
        discussion: """
            Takes bottom-up attention's, LXMERT's or VinVL's tables (.tsv, several parts in their order, or a zip file), folders of \
            an .npz or .npy file an image, or an HDF5 or LMDB file, and a Karpathy JSON whose images, splits and captions count. Images are \
            found by filename, cocoid or imgid. Writes <split>_ims.npy (float32), _boxes.npy where there are boxes, _ids.txt \
            and the JSON.

            The same command again goes on after Ctrl-C or a kill. Images of the JSON without features are listed in \
            failed.tsv, and the exit code is then 1.

            Example:  ascl features import trainval_36/trainval_resnet101_faster_rcnn_genome_36.tsv \\
                        --karpathy dataset_coco.json --output coco
            """)

    @Argument(help: "The published features: tables, folders of an .npz or .npy file an image, HDF5 or LMDB.")
    var features: [String]

    @Option(help: "The Karpathy JSON (dataset_*.json) with the images' names, splits and captions.")
    var karpathy: String

    @Option(help: "The folder to write into.")
    var output: String

    @Option(help: "Regions to take of each image: the most confident, or the first where nothing says. Default: all.")
    var regions: Int?

    @Option(help: "A folder or an LMDB of an .npz or .npy vector an image, to become the global features.")
    var globals: String?

    @Flag(help: "Print the result as JSON.")
    var json = false

    /// What this command adds to its own arguments to have the work done in a process that libhdf5 may end.
    @Flag(name: .customLong("in-own-process"), help: .hidden)
    var isInOwnProcess = false

    mutating func validate() throws {
        try ValidationError.expect(atLeast: 1, ["regions": regions])
    }

    func run() throws {
        InterruptFlag.install()
        if isInOwnProcess { OwnProcess.stopWithParent() } else if let path = hdf5 { return try runApart(path) }
        let looking = ProgressMeter("looking through", unit: "") {
            let left = Int($0.secondsLeft)
            return String(
                format: "looking through %d%%  left %d:%02d", 100 * $0.done / max($0.total, 1), left / 60, left % 60)
        }
        let work = try FeatureImport(
            paths: features, karpathy: karpathy, regions: regions, globals: globals, output: output
        ) {
            if case .looking(let done, let total) = $0 { looking.update(done, of: total) }
        }
        work.notes.forEach(Terminal.say)
        let meter = ProgressMeter("importing", unit: "images")
        var hasBegun = false
        do {
            let summary = try work.run(
                progress: {
                    guard case .writing(let done, let total) = $0 else { return }
                    if hasBegun { meter.update(done, of: total) } else { meter.begin(at: done, of: total) }
                    hasBegun = true
                }, isCancelled: { InterruptFlag.signalNumber != nil })
            if json { try Terminal.printJSON(summary) } else { print(summary) }
            guard summary.withoutFeatures == 0 else {
                Terminal.say("\(summary.withoutFeatures) images have no features: \(output)/failed.tsv lists them")
                throw ExitCode.failure
            }
        } catch is CancellationError {
            Terminal.say("interrupted; the same command goes on")
            throw ExitCode(128 + (InterruptFlag.signalNumber ?? SIGINT))
        }
    }

    /// The HDF5 file among the features, if there is one.
    private var hdf5: String? {
        features.lazy.compactMap { if case .hdf5(let path) = PublishedFeatures(path: $0) { path } else { nil } }.first
    }

    /// libhdf5 does not stand every damaged file: where one ends its process, this one is there to say so.
    private func runApart(_ path: String) throws {
        switch try OwnProcess.run(adding: ["--in-own-process"], isQuiet: true) {
        case .exited(0): return
        case .exited(let status): throw ExitCode(status)
        case .killed(let signal) where InterruptFlag.signalNumber == nil && signal != SIGKILL:
            throw InputError(
                path: path, expected: "an HDF5 file", found: "one that ends libhdf5 by signal \(signal): it is damaged")
        case .killed(let signal): throw ExitCode(128 + signal)
        }
    }
}
