import AsCLBase
import Foundation
import ImageEncoding
import PretrainedFolders
import RetrievalFixtures
import Testing
import Torch

/// Pictures' features by a picture tower.
@Suite struct PatchEncoderTests {
    private func encoder(_ folder: ScratchFolder, _ regions: PatchEncoder.Regions) throws -> PatchEncoder {
        var digests = FileDigests()
        return try PatchEncoder(directory: folder.path, regions: regions, digests: &digests)
    }

    /// Pixels of no pattern.
    private func picture(_ width: Int, _ height: Int) -> Picture {
        Picture(width: width, height: height, pixels: (0..<3 * width * height).map { UInt8($0 * 37 % 251) })
    }

    @Test(arguments: [PretrainedFamily.clip, .siglip])
    func `regions and vector are the tower's own`(_ family: PretrainedFamily) throws {
        let folder = try ScratchFolder()
        try TinyPretrained.write(family, to: folder.path)
        let (wide, tall) = (picture(30, 20), picture(16, 40))
        let tower = try VisionTower.load(PretrainedFolder(directory: folder.path)).model
        let transform = try PictureTransform(directory: folder.path)
        let expected = try tower.encode(transform.tensor(for: [wide, tall]))
        let patches = try encoder(folder, .patches(grid: nil, projected: false))
        #expect(
            patches.shape
                == FeatureShape(
                    regions: 9, regionDimension: TinyPretrained.width,
                    globalDimension: TinyPretrained.projection(family), hasClasses: false))
        let found = try patches.encode([wide, tall])
        #expect(try largestDifference(tensor(found.flatMap(\.regions), [2, 9, 16]), expected.patches) < 1e-6)
        let vectors = try tensor(found.flatMap(\.global), expected.vectors.shape)
        #expect(try largestDifference(vectors, expected.vectors) < 1e-6)
        // One picture's features do not depend on the others'.
        #expect(try zip(patches.encode([tall])[0].regions, found[1].regions).allSatisfy { abs($0 - $1) < 1e-5 })

        let alone = try encoder(folder, .vector).encode([wide, tall])
        #expect(alone[1].regions == alone[1].global)
        #expect(try largestDifference(tensor(alone.flatMap(\.global), vectors.shape), vectors) < 1e-5)

        let projected = try encoder(folder, .patches(grid: nil, projected: true)).encode([wide, tall])
        let common = try tower.project(patches: expected.patches)
        #expect(try largestDifference(tensor(projected.flatMap(\.regions), common.shape), common) < 1e-6)
    }

    @Test func `cells are means of patches`() throws {
        let folder = try ScratchFolder()
        try TinyPretrained.write(.clip, to: folder.path)
        let all = try encoder(folder, .patches(grid: nil, projected: false)).encode([picture(12, 12)])[0]
        let one = try encoder(folder, .patches(grid: 1, projected: false)).encode([picture(12, 12)])[0]
        let mean = try tensor(all.regions, [9, 16]).mean(0)
        #expect(try largestDifference(tensor(one.regions, [16]), mean) < 1e-6)
        #expect(one.boxes == [0, 0, 1, 1])
    }

    @Test func `boxes lie in the part of the picture that is looked at`() throws {
        let folder = try ScratchFolder()
        try TinyPretrained.write(.clip, to: folder.path)
        // 24 x 12 after resizing, of which 12 x 12 in the middle are seen.
        let boxes = try encoder(folder, .patches(grid: nil, projected: false)).encode([picture(40, 20)])[0].boxes
        let expected: [Float] = [0.25, 0, 0.25 + 0.5 / 3, 1 / 3.0]
        #expect(zip(boxes.prefix(4), expected).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(zip(boxes.suffix(2), [0.75, 1]).allSatisfy { abs($0 - $1) < 1e-6 })
        // A SigLIP's picture is squashed: all of it is seen.
        let other = try ScratchFolder()
        try TinyPretrained.write(.siglip, to: other.path)
        let squashed = try encoder(other, .patches(grid: nil, projected: false)).encode([picture(40, 20)])[0].boxes
        #expect(squashed.prefix(2) == [0, 0] && squashed.suffix(2) == [1, 1])
    }

    @Test func `features of other weights or other regions have another identity`() throws {
        let (folder, other) = (try ScratchFolder(), try ScratchFolder())
        try TinyPretrained.write(.clip, to: folder.path)
        try TinyPretrained.write(.clip, to: other.path, seed: 6)
        let identities = [
            try encoder(folder, .vector), try encoder(other, .vector),
            try encoder(folder, .patches(grid: nil, projected: false)),
            try encoder(folder, .patches(grid: nil, projected: true)),
            try encoder(folder, .patches(grid: 2, projected: false)),
        ].map(\.identity)
        #expect(Set(identities).count == identities.count)
    }

    @Test func `what does not fit is one line`() throws {
        let folder = try ScratchFolder()
        try TinyPretrained.write(.siglip, to: folder.path)
        #expect(
            try message(of: InputError.self, in: folder) {
                _ = try encoder(folder, .patches(grid: 4, projected: false))
            }
                == "patch grid: expected 1 to 3, the patches of a row, found 4")
        let settings = try String(decoding: folder.data("preprocessor_config.json"), as: UTF8.self)
        try folder.write(settings.replacing("\"width\":12", with: "\"width\":16"), to: "preprocessor_config.json")
        #expect(
            try message(of: InputError.self, in: folder) { _ = try encoder(folder, .vector) }
                == "F/preprocessor_config.json: size: expected 12 x 12, the pictures that the tower takes "
                + "(image_size), found 16 x 12")
    }

    private func tensor(_ values: [Float], _ shape: [Int]) throws -> Tensor { try Tensor(values, shape: shape) }
}
