import Foundation
import ImageEncoding
import Testing
import Torch

/// Sizes and values, against torchvision and Pillow.
struct PictureTransformTests {
    private let goldens = PictureGoldens.load
    private static let fits: [(name: String, fit: PictureTransform.Fit)] = [
        ("squash", .squash(PictureSize(width: 41, height: 33))),
        ("enlarged", .squash(PictureSize(width: 120, height: 80))), ("short", .shortSide(32)),
        ("cropped", .shortSideCropped(40, crop: 28)),
    ]

    /// The picture's bytes after the transform, `[height, width, 3]`.
    private func bytes(_ fit: PictureTransform.Fit, _ picture: Picture) throws -> [UInt8] {
        let transform = PictureTransform(fit: fit, mean: [0, 0, 0], deviation: [1, 1, 1], range: 255)
        return try transform.tensor(for: picture).permuted([0, 2, 3, 1]).array(Float.self).map { UInt8($0) }
    }

    @Test(arguments: 0..<4) func `a resized picture equals those of torchvision and Pillow`(_ number: Int) throws {
        let goldens = try goldens.get()
        let (name, fit) = Self.fits[number]
        let result = try bytes(fit, goldens.picture("photo"))
        for other in ["resized.", "pillow."] {
            let (largest, mean) = try pictureDifference(result, goldens.picture(other + name).pixels)
            #expect(largest <= 1 && mean < 0.25, "\(other)\(name): \(largest), \(mean)")
        }
    }

    @Test(arguments: ["squash", "cropped"]) func `values are normalised as by torchvision`(_ name: String) throws {
        let goldens = try goldens.get()
        let fit = try #require(Self.fits.first { $0.name == name }?.fit)
        let tensor = try PictureTransform(fit: fit).tensor(for: goldens.picture("photo"))
        let expected = try goldens.floats("tensor." + name)
        let values: [Float] = try tensor.array()
        try #require(values.count == expected.count)
        // A step of 255 is 0.0171 to 0.0175 after division by the deviations.
        #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 0.018 })
        #expect(zip(values, expected).filter { abs($0 - $1) < 1e-5 }.count > values.count * 3 / 4)
    }

    @Test func `mean, deviation, range and order of channels are those asked for`() throws {
        let picture = Picture(width: 2, height: 1, pixels: [0, 51, 255, 102, 204, 153])
        let fit = PictureTransform.Fit.squash(PictureSize(width: 2, height: 1))
        let unit = try PictureTransform(fit: fit, mean: [0, 0.5, 1], deviation: [1, 0.5, 2]).tensor(for: picture)
        #expect(unit.shape == [1, 3, 1, 2])
        let close = { (first: [Float], second: [Float]) in zip(first, second).allSatisfy { abs($0 - $1) < 1e-4 } }
        #expect(close(try unit.array(), [0, 0.4, -0.6, 0.6, 0, -0.2]))
        let caffe = PictureTransform(
            fit: fit, mean: [100, 0, 1], deviation: [1, 1, 1], channelOrder: .bgr, range: 255)
        #expect(close(try caffe.tensor(for: picture).array(), [155, 53, 51, 204, -1, 101]))
    }

    @Test func `several pictures together equal each alone`() throws {
        let transform = PictureTransform(fit: .shortSideCropped(20, crop: 16))
        let pictures = [(30, 40), (64, 25), (20, 20)].map { PictureFiles.waves(width: $0, height: $1) }
        let together = try transform.tensor(for: pictures)
        #expect(together.shape == [3, 3, 16, 16])
        for (index, picture) in pictures.enumerated() {
            let alone: [Float] = try transform.tensor(for: picture).array()
            #expect(try together.sliced(0, index..<index + 1).array() == alone)
        }
    }

    @Test func `different sizes are refused`() throws {
        let pictures = [PictureFiles.waves(width: 30, height: 40), PictureFiles.waves(width: 40, height: 30)]
        #expect(throws: TorchError.self) { try PictureTransform(fit: .shortSide(20)).tensor(for: pictures) }
        #expect(throws: TorchError.self) { try PictureTransform(fit: .shortSide(20)).tensor(for: []) }
        #expect(throws: TorchError.self) {
            try PictureTransform(fit: .shortSideCropped(20, crop: 21)).tensor(for: pictures[0])
        }
    }

    @Test func `sizes are torchvision's`() {
        func size(_ short: Int, _ width: Int, _ height: Int) -> PictureSize {
            PictureTransform(fit: .shortSide(short)).resizedSize(width: width, height: height)
        }
        #expect(size(256, 500, 375) == PictureSize(width: 341, height: 256))
        #expect(size(256, 375, 500) == PictureSize(width: 256, height: 341))
        #expect(size(8, 1, 1) == PictureSize(width: 8, height: 8))
        #expect(size(8, 1, 3000) == PictureSize(width: 8, height: 24000))
    }

    @Test func `one pixel becomes a flat picture`() throws {
        let picture = Picture(width: 1, height: 1, pixels: [10, 20, 30])
        #expect(try Set(bytes(.shortSideCropped(8, crop: 4), picture)) == [10, 20, 30])
    }
}
