import EncoderTraining
import Foundation
import RetrievalFixtures

/// Pictures of one colour each, and what is said of them.
final class ColoredPictures {
    let scratch: ScratchFolder
    private static let colors: [(name: String, channels: [UInt8])] = [
        ("red", [220, 30, 30]), ("green", [30, 160, 60]), ("blue", [30, 60, 210]), ("yellow", [230, 220, 40]),
        ("black", [10, 10, 10]), ("white", [245, 245, 245]),
    ]

    init() throws { scratch = try ScratchFolder() }

    /// As many as there are colours.
    func data() throws -> CaptionedPictures {
        try CaptionedPictures(
            paths: Self.colors.map { try picture($0.name, $0.channels) },
            captions: Self.colors.map { ["a \($0.name) picture", "everything is \($0.name)"] })
    }

    /// Where the encoder goes.
    var output: String { scratch.path + "/encoder" }

    /// A BMP file of 20 rows and 24 columns, blue first.
    private func picture(_ name: String, _ channels: [UInt8]) throws -> String {
        func bytes(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        let (width, height) = (24, 20)
        let pixels = [[UInt8]](repeating: channels.reversed(), count: width * height).joined()
        let header =
            bytes(40) + bytes(UInt32(width)) + bytes(UInt32(height)) + [1, 0, 24, 0]
            + [[UInt8]](repeating: bytes(0), count: 6).joined()
        return try scratch.file(
            "\(name).bmp", Array("BM".utf8) + bytes(UInt32(54 + pixels.count)) + bytes(0) + bytes(54) + header + pixels)
    }
}

extension EncoderRecipe {
    /// Thin towers and few epochs.
    static var tiny: EncoderRecipe {
        var recipe = EncoderRecipe()
        (recipe.pictureSize, recipe.patchSize, recipe.projectionSize, recipe.mostMerges) = (16, 8, 8, 20)
        (recipe.vision.width, recipe.vision.layers, recipe.vision.heads) = (16, 1, 2)
        (recipe.text.width, recipe.text.layers, recipe.text.heads) = (16, 2, 2)
        recipe.training.epochs = 2
        recipe.training.batchSize = 3
        recipe.training.warmupSteps = 0
        return recipe
    }
}
