import ArrayFiles
import AsCLBase
import Foundation
package import TextEncoding
package import Torch

/// Raw word vectors of all captions, in a mapped file: encoded once, and memory stays flat however many they are.
package struct EncodedCaptions: Sendable {
    private let words: NumpyArray
    /// Caption c is rows `offsets[c] ..< offsets[c + 1]`.
    private let offsets: [Int]

    /// Encodes captions given as tokens.
    /// - Parameters:
    ///   - file: Where the vectors stay to be used again; without it the file lives as long as this value.
    ///   - progress: Called with the captions encoded so far and their number.
    package init(
        _ model: RetrievalModel, _ tokens: [[Int32]], in file: String? = nil, progress: (Int, Int) -> Void = { _, _ in }
    ) throws {
        var offsets = [0]
        for caption in tokens { offsets.append(offsets[offsets.count - 1] + caption.count) }
        self.offsets = offsets
        let path = file ?? FileManager.default.temporaryDirectory.path + "/ascl-words-\(UUID().uuidString).npy"
        if file == nil || !FileManager.default.fileExists(atPath: path) {
            let shape = [offsets[tokens.count], model.wordWidth]
            let writer = try NumpyWriter(path: path, elementType: .float32, shape: shape)
            for start in stride(from: 0, to: tokens.count, by: Self.captionsAtOnce) {
                let end = min(start + Self.captionsAtOnce, tokens.count)
                let rows = try model.encode(Array(tokens[start..<end])).rows.to(.float32).to(device: .cpu).contiguous()
                try rows.withBytes { bytes in Result { try writer.append(UnsafeRawBufferPointer(bytes)) } }.get()
                progress(end, tokens.count)
            }
            try writer.finish()
        }
        words = try NumpyArray(path: path)
        guard words.shape == [offsets[tokens.count], model.wordWidth] else {
            throw TorchError(
                operation: path,
                reason: "expected words \([offsets[tokens.count], model.wordWidth]), found \(words.shape)")
        }
        // The mapping outlives the name.
        if file == nil { try FileManager.default.removeItem(atPath: path) }
    }

    /// A file in `folder` that is this encoder's and these texts' alone.
    package static func file(for model: RetrievalModel, _ tokens: [[Int32]], in folder: String) throws -> String {
        var digest = Digest()
        digest.add(Data("\(model.configuration.readsTokens)".utf8))
        for (name, tensor) in model.textEncoder.parameters.entries {
            digest.add(Data(name.utf8))
            try tensor.to(device: .cpu).contiguous().withBytes { digest.add($0) }
        }
        for caption in tokens { caption.withUnsafeBytes { digest.add($0) } }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return "\(folder)/words-\(digest).npy"
    }

    /// Vectors `[words, B]` of captions in any order, on a device.
    package func texts(_ captions: [Int], on device: Device) throws -> TextBatch {
        let lengths = captions.map { offsets[$0 + 1] - offsets[$0] }
        let width = words.shape[1] * MemoryLayout<Float>.stride
        let rows = try Tensor.empty([lengths.reduce(0, +), words.shape[1]])
        try rows.withBytes { memory in
            var place = 0
            for caption in captions {
                let source = words.bytes[offsets[caption] * width..<offsets[caption + 1] * width]
                UnsafeMutableRawBufferPointer(rebasing: memory[place...]).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: source))
                place += source.count
            }
        }
        return try TextBatch(rows: rows.to(device: device), lengths: lengths)
    }

    /// Vectors `[words, B]` of a run of captions, on a device.
    package func texts(_ captions: Range<Int>, on device: Device) throws -> TextBatch {
        let rows = offsets[captions.lowerBound]..<offsets[captions.upperBound]
        let width = words.shape[1] * MemoryLayout<Float>.stride
        let bytes = UnsafeRawBufferPointer(
            rebasing: words.bytes[rows.lowerBound * width..<rows.upperBound * width])
        let tensor = try Tensor(
            wrapping: bytes, shape: [rows.count, words.shape[1]], dtype: .float32, owner: words.file)
        let lengths = captions.map { offsets[$0 + 1] - offsets[$0] }
        return try TextBatch(rows: tensor.to(device: device), lengths: lengths)
    }

    /// Enough for sorting by length to pay, few enough for progress to show.
    private static let captionsAtOnce = 512
}
