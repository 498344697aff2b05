package import ArgumentParser
import AsCLBase
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
            the picture's. vector: that vector alone. descriptors: colours and edges of 6x6 cells, no weights needed. \
            Default: patches where --encoder is given, else bottom_up_attention.
            """)
    package var regions: Regions?

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

    /// Whether any of them is given.
    package var isGiven: Bool {
        regions != nil || encoder != nil || patchGrid != nil || projected || backbone != .resnet152
            || backboneWeights != nil || detectorWeights != nil || size != nil || classNames != nil
    }

    private var kind: Regions { regions ?? (encoder == nil ? .bottomUpAttention : .patches) }

    package mutating func validate() throws {
        let regions = kind
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

    /// What is asked for, every file by its whole path. Weights that are not named are those that were fetched.
    /// - Parameter vectorSuffices: Whether a tower's vector alone is meant where nothing is said of its patches.
    package func description(vectorSuffices: Bool = false) throws -> EncoderDescription {
        let isVector = vectorSuffices && regions == nil && encoder != nil && patchGrid == nil && !projected
        switch isVector ? .vector : kind {
        case .descriptors: return .descriptors
        case .vector: return .vector(folder: try tower())
        case .patches: return .patches(folder: try tower(), grid: patchGrid, projected: projected)
        case .grid: return .grid(try network(), side: size)
        case .fasterRCNN: return .fasterRCNN(weights: try detector(.fasterRCNN), describer: try network())
        case .bottomUpAttention:
            return .bottomUpAttention(
                weights: try detector(.bottomUpAttention), classNames: classNames.map(Self.whole),
                describer: try network())
        }
    }

    /// The encoder with its weights; what is left out of a tower's folder is told.
    package func encoder(on device: Device) throws -> any PictureEncoder {
        try Self.encoder(description(), on: device)
    }

    /// A described encoder with its weights; what is left out of a tower's folder is told.
    package static func encoder(_ description: EncoderDescription, on device: Device) throws -> any PictureEncoder {
        var digests = FileDigests.ofModels
        let encoder = try description.encoder(on: device, digests: &digests)
        (encoder as? PatchEncoder)?.notices.forEach(Terminal.say)
        return encoder
    }

    private func tower() throws -> String { Self.whole(try PretrainedModels.folder(encoder ?? "")) }

    private func network() throws -> EncoderDescription.Network {
        .init(backbone, weights: Self.whole(try backboneWeights ?? cached(backbone.rawValue)))
    }

    private func detector(_ kind: Regions) throws -> String {
        Self.whole(try detectorWeights ?? cached(kind.rawValue))
    }

    private static func whole(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }

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

extension BackboneName: ExpressibleByArgument {}
