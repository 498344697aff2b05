import ArrayFiles
import AsCLBase
import Foundation
import ImageEncoding

/// Draws the scenes of one split, describes the pictures and writes the split's files.
struct SplitWriter {
    let split: String
    let scenes: [Scene]
    let folder: String
    let pictures: Bool
    let signs: Bool

    /// What is kept of one drawn scene.
    private struct Drawn: Sendable {
        var regions: [Float] = []
        var global: [Float] = []
        var png: Data?
    }

    /// Scenes drawn at once: enough to keep every core busy, few enough to hold.
    private static let chunk = 64

    func write(progress: (Int) -> Void) throws {
        let (count, regions) = (scenes.count, PictureDescriptors.regionCount)
        let ims = try NumpyWriter(
            path: path("ims.npy"), elementType: .float16, shape: [count, regions, PictureDescriptors.regionDimension])
        let globals = try NumpyWriter(
            path: path("globals.npy"), elementType: .float16, shape: [count, PictureDescriptors.globalDimension])
        let boxes = try NumpyWriter(path: path("boxes.npy"), elementType: .float32, shape: [count, regions, 4])
        for start in stride(from: 0, to: count, by: Self.chunk) {
            let chunk = Array(scenes[start..<min(start + Self.chunk, count)])
            for (scene, drawn) in zip(chunk, try draw(chunk)) {
                try ims.append(drawn.regions)
                try globals.append(drawn.global)
                try boxes.append(PictureDescriptors.boxes())
                if let png = drawn.png { try SceneFolder.write(png, to: "\(folder)/images/\(scene.name)") }
            }
            progress(start + chunk.count)
        }
        try ims.finish()
        try globals.finish()
        try boxes.finish()
        try writeLines(scenes.flatMap(\.captions).map(\.text), to: path("caps.txt"))
        try writeLines(scenes.map(\.name), to: path("ids.txt"))
        guard signs else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let lines = try scenes.map { String(decoding: try encoder.encode($0.writing), as: UTF8.self) }
        try writeLines(lines, to: path("scene_text.jsonl"))
    }

    /// Draws scenes on all cores; the order of the results is that of the scenes.
    private func draw(_ scenes: [Scene]) throws -> [Drawn] {
        var results = [Result<Drawn, InputError>](repeating: .success(Drawn()), count: scenes.count)
        results.withUnsafeMutableBufferPointer { results in
            // Each iteration writes its own element alone.
            nonisolated(unsafe) let results = results
            DispatchQueue.concurrentPerform(iterations: scenes.count) { index in
                results[index] = Result { () throws(InputError) in try draw(scenes[index]) }
            }
        }
        return try results.map { try $0.get() }
    }

    private func draw(_ scene: Scene) throws(InputError) -> Drawn {
        let canvas = Canvas(of: scene)
        let descriptors = PictureDescriptors(canvas.picture)
        return Drawn(
            regions: descriptors.regions(), global: descriptors.global(), png: pictures ? try canvas.pngData() : nil)
    }

    private func path(_ suffix: String) -> String { "\(folder)/\(split)_\(suffix)" }

    private func writeLines(_ lines: [String], to path: String) throws(InputError) {
        try SceneFolder.write(Data(lines.map { $0 + "\n" }.joined().utf8), to: path)
    }
}
