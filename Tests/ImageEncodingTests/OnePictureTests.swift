import Foundation
import ImageEncoding
import Testing
import Torch

/// The example in `PictureEncoder`'s documentation, line by line.
@Suite struct OnePictureTests {
    @Test func `a picture file becomes features in a few lines`() throws {
        let scratch = try ScratchPictures()
        let path = try scratch.write("photo.jpg", PictureFiles.jpeg(width: 1000, height: 920))
        let weights = scratch.path + "/mobilenet_v2.safetensors"
        try TensorFiles.save(BackboneFormula.parameters(of: .mobilenetV2), to: weights)

        let tensors = try TensorFiles.load(weights: weights)
        let backbone = try Backbone(.mobilenetV2, tensors, from: weights, weightsDigest: "b0353104")
        let encoder = try GridEncoder(backbone)
        let picture = try PictureDecoder().decode(path: path, shrinkingTo: encoder.smallestUsefulSize)
        let features = try encoder.encode([picture])[0]

        #expect(features.regions.count == 36 * 1280)
        #expect(features.boxes.count == 36 * 4)
        #expect(features.global.count == 1280)
        #expect((features.regions + features.global).allSatisfy { $0.isFinite })
        #expect(picture.width == 1000, "to be shrunk it would have to be 8 times 225")
    }
}
