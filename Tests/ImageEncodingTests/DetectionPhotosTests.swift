import Foundation
import Testing

@testable import ImageEncoding

/// The small detectors on real photos, against torchvision's Faster R-CNN and a PyTorch definition of bottom-up
/// attention with the same parameters.
@Suite(.enabled(if: DetectionPhotos.areThere, "no data/flickr8k/images: set ASCL_SHARED to the folder that holds it"))
struct DetectionPhotosTests {
    /// What may befall a photo's pixels.
    enum Change: CaseIterable {
        case none, rounding, swappedChannels
    }

    let recorded: DetectionPhotos
    let fasterRCNN: FasterRCNN
    let bottomUpAttention: BottomUpAttention

    init() throws {
        recorded = try DetectionPhotos.load()
        fasterRCNN = try FasterRCNN.load(
            FasterRCNNTests().tensors, from: "formula", configuration: FasterRCNNTests.configuration)
        bottomUpAttention = try DetectionBottomUpTests().model
    }

    @Test(arguments: Change.allCases)
    func `detections and regions are torchvision's`(_ change: Change) throws {
        #expect(recorded.fasterRCNN.count == 3)
        for photo in recorded.fasterRCNN {
            let picture = try decoded(photo, change)
            let detections = try fasterRCNN.detections(in: picture)
            check(
                Finding.detections(
                    try #require(photo.labels), boxes(try #require(photo.boxes)), try #require(photo.scores)),
                Finding.detections(detections.map(\.label), detections.map(\.box), detections.map(\.score)),
                photo, picture, change)
            try check(fasterRCNN, photo, picture, change)
        }
    }

    @Test(arguments: Change.allCases)
    func `regions are those of bottom-up attention in PyTorch`(_ change: Change) throws {
        #expect(recorded.bottomUpAttention.count == 3)
        for photo in recorded.bottomUpAttention {
            try check(bottomUpAttention, photo, decoded(photo, change), change)
        }
    }

    private func check(
        _ detector: some RegionDetector, _ photo: DetectionPhotos.Photo, _ picture: Picture, _ change: Change
    ) throws {
        let found = try detector.regions(of: picture, count: photo.regions.classes.count)
        check(
            Finding.regions(photo.regions, of: picture), Finding.regions(found, of: picture), photo, picture, change)
    }

    private func check(
        _ recorded: [Finding], _ found: [Finding], _ photo: DetectionPhotos.Photo, _ picture: Picture,
        _ change: Change
    ) {
        let isSame = checksum(picture.pixels) == photo.checksum
        let tolerance = isSame ? FindingTolerance.samePixels : .otherRounding
        let strays = tolerance.strays(of: recorded, in: found)
        if change == .swappedChannels {
            #expect(strays > 0.5, "\(photo.name): too coarse a comparison to find swapped channels")
        } else {
            #expect(strays <= tolerance.strays, "\(photo.name)\(isSame ? "" : ", whose pixels are not Pillow's")")
        }
    }

    private func decoded(_ photo: DetectionPhotos.Photo, _ change: Change) throws -> Picture {
        let picture = try PictureDecoder().decode(path: "\(MobileNetPhotosTests.images)/\(photo.name)")
        var pixels = picture.pixels
        switch change {
        case .none: break
        case .rounding: for place in stride(from: 0, to: pixels.count, by: 101) { pixels[place] ^= 1 }
        case .swappedChannels: for place in stride(from: 0, to: pixels.count, by: 3) { pixels.swapAt(place, place + 2) }
        }
        return Picture(width: picture.width, height: picture.height, pixels: pixels)
    }

    /// Adler-32.
    private func checksum(_ pixels: [UInt8]) -> UInt32 {
        var (sum, sums): (UInt32, UInt32) = (1, 0)
        for pixel in pixels {
            sum = (sum + UInt32(pixel)) % 65521
            sums = (sums + sum) % 65521
        }
        return sums << 16 | sum
    }
}
