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
    ///   - group: Processes that share the encoding; each gets all vectors.
    ///   - progress: Called with the texts encoded so far and their number.
    init(
        _ model: RetrievalModel, _ texts: [[Int32]], in file: String? = nil, sharedBy group: ProcessGroup? = nil,
        progress: (Int, Int) -> Void = { _, _ in }
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
            let blocks = stride(from: 0, to: unique.count, by: Self.textsAtOnce).map { start in
                start..<min(start + Self.textsAtOnce, unique.count)
            }
            for first in stride(from: 0, to: blocks.count, by: group?.size ?? 1) {
                let round = blocks[first..<min(first + (group?.size ?? 1), blocks.count)]
                let rows = try Self.encode(round.map { Array(unique[$0]) }, model, group)
                try rows.withBytes { bytes in Result { try writer.append(UnsafeRawBufferPointer(bytes)) } }.get()
                progress((round.last?.upperBound ?? 0) * texts.count / unique.count, texts.count)
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

    /// Vectors of blocks of texts, one for each process.
    private static func encode(
        _ blocks: [[[Int32]]], _ model: RetrievalModel, _ group: ProcessGroup?
    ) throws -> Tensor {
        func rows(_ texts: [[Int32]]) throws -> Tensor {
            try model.encode(texts).rows.to(.float32).to(device: .cpu).contiguous()
        }
        guard let group else { return try rows(blocks[0]) }
        let own = try group.rank < blocks.count ? rows(blocks[group.rank]) : .zeros([0, model.wordWidth])
        let counts = blocks.map { $0.reduce(0) { $0 + $1.count } }
        return try group.gathered(rows: own, of: counts + Array(repeating: 0, count: group.size - counts.count))
    }

    /// Enough for sorting by length to pay, few enough for progress to show.
    private static let textsAtOnce = 512
}
