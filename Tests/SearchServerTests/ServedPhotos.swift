import AsCLBase
import Foundation
import Hummingbird
import ImageEncoding
import Logging
import PictureCatalogue
import PictureSearch
import RetrievalFixtures
import RetrievalModels
import Synchronization
import Torch

@testable import SearchServer

/// A folder of small pictures, indexed by a tiny CLIP.
struct ServedPhotos: Sendable {
    let folder: ScratchFolder
    var images: String { folder.path + "/images" }
    var index: String { folder.path + "/index" }

    /// Pictures `<name>.bmp`, no two alike, 8 pixels wide; copies by the number of what they are of.
    /// - Parameter isTrained: By descriptors, for a tiny AsCL of random weights.
    init(
        _ names: [String] = ["1", "2", "3", "4", "sub/5"], copies: [String: Int] = [:], isTrained: Bool = false
    ) throws {
        folder = try ScratchFolder()
        for (number, name) in names.enumerated() {
            try put(Self.bitmap(number + 1), "\(name).bmp")
        }
        for (name, number) in copies { try put(Self.bitmap(number), "\(name).bmp") }
        guard !isTrained else {
            try indexForAsCL()
            return
        }
        let clip = folder.path + "/clip"
        try TinyPretrained.write(.clip, to: clip)
        var digests = FileDigests.ofModels
        let encoder = try PatchEncoder(directory: clip, regions: .vector, device: .cpu, digests: &digests)
        let indexing = try Indexing(
            Catalogue(folder: index, isNew: true), encoder: encoder, description: .vector(folder: clip), workers: 1)
        _ = try indexing.run(images)
        try indexing.finish()
    }

    private func indexForAsCL() throws {
        var digests = FileDigests.ofModels
        let encoder = try EncoderDescription.descriptors.encoder(on: .cpu, digests: &digests)
        let model = folder.path + "/model"
        try RetrievalModel(
            AsCLConfiguration(
                jointDimension: 16, heads: 2, regionDimension: encoder.shape.regionDimension,
                globalDimension: encoder.shape.globalDimension, textDimension: TinyTextEncoder.width, localWeight: 0.6),
            textEncoder: TinyTextEncoder.load(writingTo: folder.path + "/text"), features: encoder.identity, seed: 3
        ).save(to: model)
        let trained = try TrainedModel(checkpoint: model)
        let indexing = try Indexing(
            Catalogue(folder: index, isNew: true), encoder: encoder, description: .descriptors,
            checkpoint: trained.searchCheckpoint(.descriptors, shape: encoder.shape), workers: 1)
        _ = try indexing.run(images)
        try indexing.finish()
    }

    /// Writes a picture file as one of long ago, whose stamp is final.
    func put(_ data: Data, _ name: String) throws {
        let file = URL(fileURLWithPath: "\(images)/\(name)")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: file)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: file.path)
    }

    /// Has a server of the index, which stays as long.
    func serve<Value>(
        _ change: (inout ServerSettings) -> Void = { _ in }, log: LogLines = LogLines(),
        _ test: @Sendable (SearchServer) async throws -> Value
    ) async throws -> Value {
        var settings = ServerSettings()
        settings.port = 0
        // No test is of how fast this machine is; those of the limit set it themselves.
        settings.seconds = 3600
        change(&settings)
        return try await test(
            SearchServer(
                try PictureCollection(index: index), settings: settings, logger: Logger(label: "test") { _ in log }))
    }

    /// Asks a server that need not listen.
    func ask<Value: Sendable>(
        _ change: (inout ServerSettings) -> Void = { _ in }, log: LogLines = LogLines(),
        _ test: @Sendable (RouteClient) async throws -> Value
    ) async throws -> Value {
        try await serve(change, log: log) { server async throws in try await test(RouteClient(server)) }
    }

    /// Gives the first four pictures a caption each, `cat` and their number.
    func caption() throws {
        _ = try Catalogue(folder: index, isNew: false).setCaptions((1...4).map { ("\($0).bmp", ["cat \($0)"]) })
        try PictureCollection(index: index).encodeCaptions()
    }

    /// The number of a picture in the index.
    func number(_ name: String) throws -> Int64 {
        let catalogue = try Catalogue(folder: index, isNew: false)
        let pictures = try catalogue.pictures(Array(1...100))
        return pictures.values.first { $0.path == "\(images)/\(name)" }?.id ?? 0
    }

    /// An uncompressed bitmap of 8 x 8 pixels.
    static func bitmap(_ number: Int) -> Data {
        var data = Data("BM".utf8)
        func append(_ value: Int, _ bytes: Int) {
            for byte in 0..<bytes { data.append(UInt8(value >> (8 * byte) & 255)) }
        }
        let size = 192
        for (value, bytes) in [
            (54 + size, 4), (0, 4), (54, 4), (40, 4), (8, 4), (8, 4), (1, 2), (24, 2), (0, 4), (size, 4), (2835, 4),
            (2835, 4), (0, 4), (0, 4),
        ] { append(value, bytes) }
        for place in 0..<size {
            data.append(UInt8(truncatingIfNeeded: (place * 31 + place / 24 * 7) * (2 * number + 1)))
        }
        return data
    }
}

/// What was logged, a line each.
final class LogLines: LogHandler {
    private let kept = Mutex<[String]>([])
    var lines: [String] { kept.withLock { $0 } }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .info }
        set {}
    }
    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        let parts = (event.metadata ?? [:]).map { "\($0)=\($1)" }.sorted()
        kept.withLock { $0.append(([event.message.description] + parts).joined(separator: " ")) }
    }
}

/// The parts of an answer that tests look at.
struct Found: Decodable {
    struct Hit: Decodable {
        let picture: CataloguedPicture
        let score: Double
        let relevance: Double?
    }
    let hits: [Hit]
    let count, searchedCount: Int
    let notes: [String]

    var names: [String] { hits.map { URL(fileURLWithPath: $0.picture.path).lastPathComponent } }
}
