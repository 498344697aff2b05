import ArrayFiles
import AsCLBase
import Foundation
import TextEncoding
import Torch

/// Raw word vectors of texts, in a mapped file: each is encoded once, and memory stays flat however many they are.
struct EncodedTexts: Sendable {
    private let words: NumpyArray
    /// Text t is rows `offsets[t] ..< offsets[t + 1]`.
    private let offsets: [Int]
    /// The number of each text.
    private let places: [[Int32]: Int]

    /// Encodes texts given as tokens, equal ones once.
    /// - Parameters:
    ///   - file: Where the vectors stay to be used again; without it the file lives as long as this value.
    ///   - progress: Called with the texts encoded so far and their number.
    init(
        _ model: RetrievalModel, _ texts: [[Int32]], in file: String? = nil, progress: (Int, Int) -> Void = { _, _ in }
    ) throws {
        var places: [[Int32]: Int] = [:]
        var unique: [[Int32]] = []
        var offsets = [0]
        for text in texts where places[text] == nil {
            places[text] = unique.count
            unique.append(text)
            offsets.append(offsets[unique.count - 1] + text.count)
        }
        (self.places, self.offsets) = (places, offsets)
        let path = file ?? FileManager.default.temporaryDirectory.path + "/ascl-words-\(UUID().uuidString).npy"
        let shape = [offsets[unique.count], model.wordWidth]
        if file == nil || !FileManager.default.fileExists(atPath: path) {
            let writer = try NumpyWriter(path: path, elementType: .float32, shape: shape)
            for start in stride(from: 0, to: unique.count, by: Self.textsAtOnce) {
                let end = min(start + Self.textsAtOnce, unique.count)
                let rows = try model.encode(Array(unique[start..<end])).rows.to(.float32).to(device: .cpu).contiguous()
                try rows.withBytes { bytes in Result { try writer.append(UnsafeRawBufferPointer(bytes)) } }.get()
                progress(end * texts.count / unique.count, texts.count)
            }
            try writer.finish()
        }
        words = try NumpyArray(path: path)
        guard words.shape == shape else {
            throw InputError(path: path, place: "shape", expected: "words \(shape)", found: "\(words.shape)")
        }
        // The mapping outlives the name.
        if file == nil { try FileManager.default.removeItem(atPath: path) }
    }

    /// Vectors `[words, B]` of texts in any order, on a device; nil where one of them is none of those encoded.
    func words(of texts: [[Int32]], on device: Device) throws -> TextBatch? {
        let numbers = texts.compactMap { places[$0] }
        guard numbers.count == texts.count else { return nil }
        let width = words.shape[1] * MemoryLayout<Float>.stride
        let lengths = texts.map(\.count)
        let rows = try Tensor.empty([lengths.reduce(0, +), words.shape[1]])
        try rows.withBytes { memory in
            var place = 0
            for number in numbers {
                let source = words.bytes[offsets[number] * width..<offsets[number + 1] * width]
                UnsafeMutableRawBufferPointer(rebasing: memory[place...]).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: source))
                place += source.count
            }
        }
        return try TextBatch(rows: rows.to(device: device), lengths: lengths)
    }

    /// Enough for sorting by length to pay, few enough for progress to show.
    private static let textsAtOnce = 512
}
