import ArgumentParser
import AsCLBase
import CommandLineOptions
import Foundation
import ModelWeights
import RetrievalModels
import TextEncoding
import Torch

struct WeightsConvert: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Turn published weights into safetensors, or into a model that every command takes.",
        discussion: """
            Reads PyTorch's files (.pt, .pth, .bin) without executing anything of them. Without --method names and tensors \
            stay as they are. With it they become a model's by a table of the authors' names; what is not taken, and what \
            begins afresh, is said. DIME has two files: first image to text's, then text to image's.
            """)

    @Argument(help: "The file of weights; two for dime.")
    var files: [String]

    @Option(help: "The system they are of: uniter, lightningdot, dime or soho.")
    var method: PublishedSystem?

    @Option(help: "With --method: the folder of the BERT whose tokens the weights are of, such as bert-base-cased.")
    var textEncoder: String?

    @Option(help: "The .safetensors to write; with --method, the model's folder.")
    var output: String

    func validate() throws {
        let count = method?.fileCount ?? 1
        if files.count != count {
            throw ValidationError(
                "Expected \(count) file\(count == 1 ? "" : "s") of weights for "
                    + "\(method?.rawValue ?? "a conversion without --method"), found \(files.count)")
        }
        if (method == nil) != (textEncoder == nil) {
            throw ValidationError("--method and --text-encoder want each other")
        }
        if method == nil, !output.hasSuffix(".safetensors") {
            throw ValidationError("Without --method, --output has to end with .safetensors")
        }
    }

    func run() throws {
        // Without a slash at its end.
        let output = URL(fileURLWithPath: output).path
        guard !FileManager.default.fileExists(atPath: output) else {
            throw InputError(path: output, place: "output", expected: "a new name", found: "one that is there")
        }
        if let method, let textEncoder {
            try convert(method, textEncoder, to: output)
        } else {
            let tensors = try TensorFiles.load(weights: files[0])
            try TensorFiles.save(tensors, metadata: ["format": "pt"], to: output)
            print("\(output): \(tensors.count) tensors")
        }
    }

    private func convert(_ method: PublishedSystem, _ textEncoder: String, to output: String) throws {
        try Folder.expectPlace(for: output)
        let encoder = try TextEncoder(directory: PretrainedModels.folder(textEncoder))
        let published = try PublishedModel(files, of: method, textEncoder: encoder)
        for notice in published.notices { Terminal.say(notice) }
        let place = try PartialFolder(output)
        try published.model.save(to: place.partial)
        try place.finish()
        let parameters = published.model.parameters
        print("\(output): \(method.rawValue), \(parameters.entries.count) tensors, \(parameters.valueCount) parameters")
    }
}

extension PublishedSystem: ExpressibleByArgument {}
