import Foundation
import Testing

@testable import ImageEncoding

/// What scripts/make_detection_goldens.py wrote.
struct DetectionGoldens: Decodable {
    struct Kernels: Decodable {
        let boxes, rois: [Float]
        let suppressed, suppressedByGroup: [Int]
        let aligned, alignedHalfPixel, pooled, decoded, anchors: [Float]
    }

    struct Regions: Decodable {
        let boxes: [Float]
        let classes: [Int32]
        let probabilities, features: [Float]
    }

    struct Case: Decodable {
        let width, height, kind, proposals: Int
        let boxes, scores: [Float]?
        let labels: [Int]?
        let regions: Regions
    }

    struct Detector: Decodable {
        let classBias: [Float]
        let pictures: [Case]
    }

    let kernels: Kernels
    let fasterRCNN, bottomUpAttention: Detector

    static func load() throws -> DetectionGoldens { try decode("detection", as: DetectionGoldens.self) }

    /// Shapes of the full-size models' parameters by name.
    static func parameters() throws -> [String: [String: [Int]]] {
        try decode("detection_parameters", as: [String: [String: [Int]]].self)
    }

    private static func decode<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
        let url = try #require(Bundle.module.url(forResource: "Resources/\(name)", withExtension: "json"))
        return try JSONDecoder().decode(type, from: Data(contentsOf: url))
    }
}

/// The boxes of a flat list.
func boxes(_ values: [Float]) -> [Box] {
    stride(from: 0, to: values.count, by: 4).map {
        Box(left: values[$0], top: values[$0 + 1], right: values[$0 + 2], bottom: values[$0 + 3])
    }
}

/// The values of boxes.
func values(_ boxes: [Box]) -> [Float] { boxes.flatMap { [$0.left, $0.top, $0.right, $0.bottom] } }
