import ArrayFiles
import Foundation
import ImageEncoding
import Testing

/// What Pillow and torchvision make of small pictures (scripts/make_picture_goldens.py), and transformers' processors
/// (scripts/make_processor_goldens.py).
struct PictureGoldens {
    static let load = Result { try PictureGoldens() }

    private let file: SafetensorsFile

    init(named name: String = "pictures") throws {
        let url = try #require(
            Bundle.module.url(forResource: name, withExtension: "safetensors", subdirectory: "Resources"))
        file = try SafetensorsFile(path: url.path)
    }

    func has(_ name: String) -> Bool { file.entries[name] != nil }

    func bytes(_ name: String) throws -> Data {
        Data(try #require(file.bytes(of: name), "no golden \(name)"))
    }

    /// An RGB array `[height, width, 3]`.
    func picture(_ name: String) throws -> Picture {
        let shape = try #require(file.entries[name]?.shape)
        return Picture(width: shape[1], height: shape[0], pixels: [UInt8](try bytes(name)))
    }

    func floats(_ name: String) throws -> [Float] {
        try bytes(name).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    }
}

/// The largest and the mean difference of two arrays of the same size.
func pictureDifference(_ first: [UInt8], _ second: [UInt8]) throws -> (largest: Int, mean: Double) {
    try #require(first.count == second.count)
    let differences = zip(first, second).map { abs(Int($0) - Int($1)) }
    return (differences.max() ?? 0, Double(differences.reduce(0, +)) / Double(max(1, differences.count)))
}
