package import AsCLBase
import Foundation

/// The published weights that the encoders here can use.
package struct WeightsCatalogue: Sendable {
    /// In the order to list them.
    package let entries: [PublishedWeights]
    /// A folder that serves the same files, instead of the upstream's own.
    package let mirror: String?

    /// Those that this package knows.
    ///
    /// - Parameter environment: `ASCL_WEIGHTS_MIRROR` is the address of a folder that holds the files under their names,
    ///   for networks that cannot reach the upstream. The check by SHA-256 stays the same.
    package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        let mirror = environment["ASCL_WEIGHTS_MIRROR"].flatMap { $0.isEmpty ? nil : $0 }
        self.init(entries: Self.published, mirror: mirror)
    }

    /// A catalogue of one's own.
    package init(entries: [PublishedWeights], mirror: String? = nil) {
        self.entries = entries
        self.mirror = mirror
    }

    /// The weights of that name.
    /// - Throws: `InputError` with all names where there are none.
    package func entry(named name: String) throws(InputError) -> PublishedWeights {
        guard let entry = entries.first(where: { $0.name == name }) else {
            throw InputError(
                path: name, place: "catalogue", expected: "one of \(entries.map(\.name).joined(separator: ", "))",
                found: "no weights of that name")
        }
        return entry
    }

    /// Where to fetch a file from.
    /// - Throws: `InputError` where no address is known, with how to come by the file.
    package func address(of entry: PublishedWeights) throws(InputError) -> String {
        guard let folder = mirror ?? entry.folder else {
            throw InputError(
                path: entry.name, place: "catalogue", expected: "an address to fetch it from",
                found: "none: \(entry.advice ?? "bring the file \(entry.fileName)")")
        }
        return folder + (folder.hasSuffix("/") ? "" : "/") + entry.fileName
    }

    /// Sizes and hashes are those that torchvision's own tables and file names state.
    private static let published: [PublishedWeights] = [
        torchvision("resnet18", "ResNet-18", architecture: "resnet18", "resnet18-f37072fd.pth", mebibytes: 44.661),
        torchvision("resnet34", "ResNet-34", architecture: "resnet34", "resnet34-b627a593.pth", mebibytes: 83.275),
        torchvision("resnet50", "ResNet-50", architecture: "resnet50", "resnet50-0676ba61.pth", mebibytes: 97.781),
        torchvision(
            "resnet50_v2", "ResNet-50, torchvision's newer recipe", architecture: "resnet50", "resnet50-11ad3fa6.pth",
            mebibytes: 97.79),
        torchvision("resnet101", "ResNet-101", architecture: "resnet101", "resnet101-63fe2227.pth", mebibytes: 170.511),
        torchvision("resnet152", "ResNet-152", architecture: "resnet152", "resnet152-394f9c45.pth", mebibytes: 230.434),
        torchvision(
            "mobilenet_v2", "MobileNetV2 1.0", architecture: "mobilenet_v2", "mobilenet_v2-b0353104.pth",
            mebibytes: 13.555),
        torchvision(
            "fasterrcnn_resnet50_fpn", "Faster R-CNN on ResNet-50 with a feature pyramid",
            architecture: "fasterrcnn_resnet50_fpn", "fasterrcnn_resnet50_fpn_coco-258fb6c6.pth", mebibytes: 159.743,
            trainedOn: "COCO 2017"),
        PublishedWeights(
            name: "bottom_up_attention",
            summary: "Faster R-CNN on ResNet-101 (C4) of bottom-up attention, trained on Visual Genome: 1,600 objects",
            architecture: "bottom_up_attention", folder: nil, fileName: "bottom_up_attention.pth",
            sha256: nil, licence: "MIT (bottom-up-attention); Visual Genome's terms may apply to the weights",
            advice: "no lasting address is known; pass a state dict that you have with --detector-weights"),
    ]

    private static func torchvision(
        _ name: String, _ what: String, architecture: String, _ fileName: String, mebibytes: Double,
        trainedOn data: String = "ImageNet-1K"
    ) -> PublishedWeights {
        PublishedWeights(
            name: name, summary: "\(what), trained on \(data)", architecture: architecture,
            folder: "https://download.pytorch.org/models", fileName: fileName,
            approximateByteCount: Int(mebibytes * 1_048_576),
            // The digits before `.pth`.
            sha256: String(fileName.dropLast(4).suffix(8)),
            licence: "BSD-3-Clause (torchvision); the terms of \(data) may apply to the weights")
    }
}
