import ArrayFiles
import AsCLBase
package import RetrievalData
package import RetrievalModels

/// Splits in SCAN's layout with random features and random captions of `TinyTextEncoder`'s words.
package struct TinyData {
    package var images: Int
    package var captionsPerImage: Int
    package var regions = 3
    package var regionDimension = 6
    package var globalDimension = 5
    package var seed: UInt64 = 3
    /// Images whose features are drawn anew, for data that differs from its like in these alone.
    package var redrawn: Set<Int> = []
    /// Whether all images have the features of the first.
    package var imagesAreEqual = false
    /// Whether all captions are the same text.
    package var captionsAreEqual = false

    package init(images: Int, captionsPerImage: Int) {
        self.images = images
        self.captionsPerImage = captionsPerImage
    }

    /// Writes the split's files.
    package func write(_ split: String, to folder: ScratchFolder) throws {
        try features("\(folder.path)/\(split)_ims.npy", [images, regions, regionDimension], purpose: 1)
        try features("\(folder.path)/\(split)_globals.npy", [images, globalDimension], purpose: 2)
        try folder.write(captions.joined(separator: "\n") + "\n", to: "\(split)_caps.txt")
    }

    /// Writes the split's files and opens them.
    package func split(_ name: String = "test", in folder: ScratchFolder) throws -> RetrievalSplit {
        try write(name, to: folder)
        return try Dataset(path: folder.path).split(name)
    }

    /// One to six words each.
    package var captions: [String] {
        var generator = SeededGenerator(seed: seed, stream: 0)
        return (0..<images * captionsPerImage).map { _ in
            if captionsAreEqual { return TinyTextEncoder.words[0] }
            let words = (0...generator.below(6)).map { _ in
                TinyTextEncoder.words[generator.below(TinyTextEncoder.words.count)]
            }
            return words.joined(separator: " ")
        }
    }

    /// A model's configuration for such data.
    package func configuration(
        fusion: Fusion = .sum, localWeight: Double = 0.6
    ) throws -> AsCLConfiguration {
        try AsCLConfiguration(
            jointDimension: 16, heads: 2, regionDimension: regionDimension, globalDimension: globalDimension,
            textDimension: TinyTextEncoder.width, localWeight: localWeight, fusion: fusion)
    }

    private func features(_ path: String, _ shape: [Int], purpose: UInt64) throws {
        let writer = try NumpyWriter(path: path, elementType: .float32, shape: shape)
        let size = shape.dropFirst().reduce(1, *)
        for image in 0..<images {
            var generator = SeededGenerator(
                seed: seed, stream: purpose, imagesAreEqual ? 0 : UInt64(image), redrawn.contains(image) ? 1 : 0)
            try writer.append((0..<size).map { _ in Float(generator.uniform() * 2 - 1) })
        }
        try writer.finish()
    }
}
