import ArrayFiles
import Foundation
import ImageEncoding
import Testing
import Torch

/// The real MobileNetV2 against torchvision with the same file, in `mobilenet_photos.json`, where Pillow decoded and
/// resized the photos (`scripts/make_backbone_goldens.py`).
@Suite struct MobileNetPhotosTests {
    struct Recorded: Decodable {
        struct Photo: Decodable {
            let name: String
            let classes: [Int]
            let logits: [Float]
        }
        let formulaLogits: [Float]
        let photos: [Photo]
    }

    /// `$ASCL_SHARED`, else `shared` beside the package.
    static let shared =
        ProcessInfo.processInfo.environment["ASCL_SHARED"]
        ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../../shared")
        .standardized.path
    static let weights = shared + "/weights/mobilenet_v2.safetensors"
    static let images = shared + "/data/flickr8k/images"
    static let isThere = [weights, images].allSatisfy { FileManager.default.fileExists(atPath: $0) }

    @Test(
        .enabled(
            if: isThere, "no weights/mobilenet_v2.safetensors, data/flickr8k/images: set ASCL_SHARED to their folder"))
    func `classes of real photos are those of torchvision`() throws {
        let path = try #require(
            Bundle.module.path(forResource: "mobilenet_photos", ofType: "json", inDirectory: "Resources"))
        let recorded = try JSONDecoder().decode(Recorded.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        let tensors = try TensorFiles.load(SafetensorsFile(path: Self.weights))
        let network = try Backbone(.mobilenetV2, tensors, from: Self.weights, weightsDigest: "").network
        func logits(_ input: Tensor) throws -> [Float] {
            let logits = try inferenceMode { try network.logits(network.map(input)) }
            return try #require(logits).array()
        }

        let formula = try logits(Formula.uniform("input", [1, 3, 225, 225]) * 2)
        #expect(greatestDifference(formula, recorded.formulaLogits) < 1e-3, "of logits up to about 10")

        #expect(recorded.photos.count == 8)
        let transform = PictureTransform(fit: .squash(PictureSize(width: 225, height: 225)))
        for photo in recorded.photos {
            let picture = try PictureDecoder().decode(path: "\(Self.images)/\(photo.name)")
            let found = try logits(transform.tensor(for: picture))
            let best = found.indices.sorted { found[$0] > found[$1] }.prefix(5)
            #expect(best.first == photo.classes.first, "\(photo.name)")
            #expect(Set(best) == Set(photo.classes), "\(photo.name)")
            // Decoders differ in a few pixels' last bits.
            #expect(greatestDifference(photo.classes.map { found[$0] }, photo.logits) < 0.1, "\(photo.name)")
        }
    }
}
