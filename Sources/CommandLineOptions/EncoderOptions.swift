package import ArgumentParser
package import AsCLBase
import Foundation
package import ImageEncoding
import ModelWeights
package import Torch

/// Which encoders turn pictures into features, and where their weights are.
package struct EncoderOptions: ParsableArguments {
    /// What the regions of a picture are.
    package enum Regions: String, CaseIterable, ExpressibleByArgument {
        case bottomUpAttention = "bottom_up_attention"
        case fasterRCNN = "fasterrcnn_resnet50_fpn"
        case grid
        case patches
        case vector
        case descriptors

        /// Whether a pretrained picture tower makes them.
        var needsTower: Bool { self == .patches || self == .vector }
    }

    @Option(
        help: """
            What the regions of a picture are. bottom_up_attention: objects found by Faster R-CNN with ResNet-101, as in \
            the paper. fasterrcnn_resnet50_fpn: objects found by torchvision's detector. grid: the backbone's map as 6x6 \
            cells, no detector needed. patches: the patches of a CLIP's or a SigLIP's picture tower (--encoder), whose vector is \
            the picture's. vector: that vector alone. descriptors: colours and edges of 6x6 cells, no weights needed.
            """)
    package var regions = Regions.bottomUpAttention

    @Option(
        help: """
            A CLIP or a SigLIP, for patches and vector: its folder in Hugging Face's layout, or what `ascl weights fetch` \
            brought, by name.
            """)
    package var encoder: String?

    @Option(help: "Means over so many cells each way instead of all patches. Default: every patch.")
    package var patchGrid: Int?

    @Flag(help: "Patches in the space that pictures and texts share, instead of the tower's own states.")
    package var projected = false

    @Option(help: "The network that makes the picture's global vector, and the grid's cells.")
    package var backbone = BackboneName.resnet152

    @Option(
        help: """
            The backbone's weights, .safetensors or PyTorch's .pth. Default: those that `ascl weights fetch` brought.
            """)
    package var backboneWeights: String?

    @Option(help: "The detector's weights, likewise.")
    package var detectorWeights: String?

    @Option(
        help: "Side in pixels of the square that a picture is brought to for the grid. Default: the backbone's own.")
    package var size: Int?

    @Option(help: "A text file with the 1,600 class names of bottom_up_attention, one a line (objects_vocab.txt).")
    package var classNames: String?

    package init() {}

    package mutating func validate() throws {
        if regions.needsTower != (encoder != nil) {
            throw ValidationError(
                regions.needsTower
                    ? "--regions \(regions.rawValue) needs --encoder, a CLIP or a SigLIP"
                    : "--encoder: only patches and vector come from it")
        }
        if patchGrid != nil || projected, regions != .patches {
            throw ValidationError("\(projected ? "--projected" : "--patch-grid"): only patches have it")
        }
        if let patchGrid, patchGrid < 1 {
            throw ValidationError("--patch-grid: expected at least 1, found \(patchGrid)")
        }
        if let size {
            if regions != .grid { throw ValidationError("--size: only the grid has a size") }
            if !(32...4096).contains(size) { throw ValidationError("--size: expected 32 to 4096, found \(size)") }
        }
        if detectorWeights != nil, ![.bottomUpAttention, .fasterRCNN].contains(regions) {
            throw ValidationError("--detector-weights: \(regions.rawValue) has no detector")
        }
        if backboneWeights != nil, regions == .descriptors || regions.needsTower {
            throw ValidationError("--backbone-weights: \(regions.rawValue) has no backbone")
        }
        if classNames != nil, regions != .bottomUpAttention {
            throw ValidationError(
                "--class-names: only bottom_up_attention takes names; the others bring their own or none")
        }
    }

    /// The encoder with its weights.
    package func encoder(on device: Device) throws -> any PictureEncoder {
        switch regions {
        case .descriptors:
            return DescriptorEncoder()
        case .patches, .vector:
            return try PatchEncoder(
                pretrained: PretrainedModels.folder(encoder ?? ""),
                regions: regions == .vector ? .vector : .patches(grid: patchGrid, projected: projected), on: device)
        case .grid:
            return try GridEncoder(try backbone(on: device), side: size)
        case .fasterRCNN:
            let (tensors, path, digest) = try weights(detectorWeights, named: regions.rawValue)
            let detector = try FasterRCNN.load(tensors, from: path, device: device)
            return DetectorEncoder(detector: detector, detectorDigest: digest, describer: try backbone(on: device))
        case .bottomUpAttention:
            var configuration = BottomUpAttentionConfiguration()
            if let classNames {
                configuration.classNames[1...] = try names(in: classNames, count: configuration.classNames.count - 1)[
                    ...]
            }
            let (tensors, path, digest) = try weights(detectorWeights, named: regions.rawValue)
            let detector = try BottomUpAttention.load(tensors, from: path, device: device, configuration: configuration)
            return DetectorEncoder(detector: detector, detectorDigest: digest, describer: try backbone(on: device))
        }
    }

    private func backbone(on device: Device) throws -> Backbone {
        let (tensors, path, digest) = try weights(backboneWeights, named: backbone.rawValue)
        return try Backbone(backbone, tensors, from: path, weightsDigest: digest, device: device)
    }

    /// The tensors of a file, or of the cached weights of that name.
    private func weights(
        _ file: String?, named name: String
    ) throws -> (tensors: [String: Tensor], path: String, digest: String) {
        let path = try file ?? cached(name)
        return (try TensorFiles.load(weights: path), path, try ContentDigest(ofFile: path).hexadecimal)
    }

    private func names(in path: String, count: Int) throws -> [String] {
        let bytes = try TextFile.read(path, expected: "a readable list of class names")
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw InputError(path: path, place: "encoding", expected: "UTF-8 text", found: "bytes that are not UTF-8")
        }
        var names = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        if names.last?.isEmpty == true { names.removeLast() }
        guard names.count == count else {
            throw InputError(path: path, place: "lines", expected: "\(count) class names", found: "\(names.count)")
        }
        return names
    }

    private func cached(_ name: String) throws -> String {
        let cache = WeightsCache()
        let entry = try WeightsCatalogue().entry(named: name)
        guard cache.isThere(entry) else {
            throw InputError(
                path:
                    cache.path(of: entry), place: "weights of \(name)", expected: "the file",
                found: "none; \(entry.advice ?? "get it with `ascl weights fetch \(name)`")")
        }
        return cache.path(of: entry)
    }
}

extension PatchEncoder {
    /// Of a folder as the user names it; what is left out of it is told.
    package init(pretrained folder: String, regions: Regions, on device: Device) throws {
        var digests = FileDigests.ofModels
        try self.init(directory: folder, regions: regions, device: device, digests: &digests)
        notices.forEach(Terminal.say)
    }
}

extension FileDigests {
    /// Those of pretrained models' files, which are large and stay as they are.
    package static var ofModels: FileDigests { FileDigests(cache: UserCache.folder() + "/model-digests.json") }
}

extension BackboneName: ExpressibleByArgument {}
