import Foundation
import Testing

@testable import ImageEncoding

/// What `scripts/make_detection_goldens.py --photos` wrote: real photos, decoded by Pillow, in the small detectors.
struct DetectionPhotos: Decodable {
    struct Regions: Decodable {
        let boxes: [Float]
        let classes: [Int]
        let probabilities, norms, someFeatures: [Float]
    }

    struct Photo: Decodable {
        let name: String
        /// Adler-32 of the decoded pixels.
        let checksum: UInt32
        let proposals: Int
        let boxes, scores: [Float]?
        let labels: [Int]?
        let regions: Regions
    }

    let fasterRCNN, bottomUpAttention: [Photo]

    static let areThere = FileManager.default.fileExists(atPath: MobileNetPhotosTests.images)

    static func load() throws -> DetectionPhotos {
        let url = try #require(Bundle.module.url(forResource: "Resources/detection_photos", withExtension: "json"))
        return try JSONDecoder().decode(DetectionPhotos.self, from: Data(contentsOf: url))
    }
}

/// A detection, or a region with a summary of its features: their norm and eight of them.
struct Finding {
    let label: Int
    /// In the photo's pixels.
    let box: Box
    let score: Float
    var features: [Float] = []

    static func detections(_ labels: [Int], _ all: [Box], _ scores: [Float]) -> [Finding] {
        labels.indices.map { Finding(label: labels[$0], box: all[$0], score: scores[$0]) }
    }

    static func regions(_ recorded: DetectionPhotos.Regions, of picture: Picture) -> [Finding] {
        let all = boxes(recorded.boxes)
        return all.indices.map {
            Finding(
                label: recorded.classes[$0], box: all[$0].scaled(Float(picture.width), Float(picture.height)),
                score: recorded.probabilities[$0],
                features: [recorded.norms[$0]] + recorded.someFeatures[8 * $0..<8 * $0 + 8])
        }
    }

    static func regions(_ found: DetectedRegions, of picture: Picture) -> [Finding] {
        let dimension = found.features.count / found.boxes.count
        return found.boxes.indices.map { place in
            let features = found.features[place * dimension..<(place + 1) * dimension]
            let norm = features.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return Finding(
                label: Int(found.classes[place]),
                box: found.boxes[place].scaled(Float(picture.width), Float(picture.height)),
                score: found.confidences[place],
                features: [norm]
                    + stride(from: 0, to: dimension, by: dimension / 8).map { found.features[place * dimension + $0] })
        }
    }
}

/// How far two findings may be apart, and which share of the findings may have no counterpart at all.
struct FindingTolerance {
    let pixels, score, feature: Float
    let strays: Double

    /// For the same pixels in another library's floating point arithmetic.
    static let samePixels = FindingTolerance(pixels: 0.01, score: 1e-4, feature: 1e-3, strays: 0)
    /// For a JPEG decoder that rounds otherwise here and there: where scores or overlaps are close, suppression then
    /// keeps another box, and random weights have many such places.
    static let otherRounding = FindingTolerance(pixels: 0.5, score: 0.03, feature: 0.1, strays: 0.2)

    /// The share of recorded findings that nothing found is equal to; 1 when there are fewer or more of them.
    func strays(of recorded: [Finding], in found: [Finding]) -> Double {
        guard recorded.count == found.count, !recorded.isEmpty else { return 1 }
        let lonely = recorded.filter { one in !found.contains { isEqual(one, $0) } }
        return Double(lonely.count) / Double(recorded.count)
    }

    private func isEqual(_ one: Finding, _ other: Finding) -> Bool {
        one.label == other.label && greatestDifference(values([one.box]), values([other.box])) <= pixels
            && abs(one.score - other.score) <= score && greatestDifference(one.features, other.features) <= feature
    }
}
