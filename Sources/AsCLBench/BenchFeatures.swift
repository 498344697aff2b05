import AsCLBase
import FeatureExtraction
import Foundation
import PictureCatalogue
import PostgresCatalogue

/// Features of random numbers, which no packing makes less, and what fetching them takes.
struct BenchFeatures {
    private let layout: RecordLayout
    /// Of different pictures; with these begins each one's anew.
    private let some: [PictureRecord]

    init(_ layout: RecordLayout) {
        self.layout = layout
        var random = SeededGenerator(seed: 6)
        some = (0..<16).map { _ in
            // The first bit of an exponent is 0, or some would be no numbers.
            PictureRecord(
                (0..<layout.byteCount).map { UInt8.random(in: 0...255, using: &random) & ($0 % 2 == 0 ? 0xFF : 0xBF) })
        }
    }

    func record(_ item: Int) -> PictureRecord { some[item % some.count] }

    /// Fetches those of pictures at random.
    /// - Parameters:
    ///   - count: Pictures at a time.
    ///   - times: How often.
    func figures(
        _ store: PostgresStore, _ model: CatalogueModel, _ vectors: any PictureVectors, count: Int, times: Int
    ) throws -> FeatureFigures {
        let ids = try vectors.ids(in: vectors.selection(PictureFilter())).value
        let kept = try store.features(by: model)
        var random = SeededGenerator(seed: 7)
        let asked = (0..<times).map { _ in Array(ids.shuffled(using: &random).prefix(count)) }
        func check(_ found: Int) throws {
            guard found == min(count, ids.count) else {
                throw InputError(place: "features", expected: "\(min(count, ids.count)) pictures'", found: "\(found)")
            }
        }
        let before = processorSeconds()
        let fetched = try asked.map { ids in try seconds { try check(kept.records(of: ids).value.records.count) } }
        let client = (processorSeconds() - before) / Double(times)
        let blocks = try blocks(ids, asked, check)
        return FeatureFigures(
            bytes: layout.byteCount, bytes_on_disk: Double(try store.byteCount()) / Double(ids.count),
            fetched: .init(fetched), client_seconds: client, of_blocks: .init(blocks))
    }

    /// Seconds of taking the same from blocks, as an index's folder has them.
    private func blocks(_ ids: [Int64], _ asked: [[Int64]], _ check: (Int) throws -> Void) throws -> [Double] {
        let folder = FileManager.default.temporaryDirectory.path + "/ascl-bench-\(UUID().uuidString)"
        try Folder.make(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let writer = try BlockStore(folder: folder, recordSize: layout.byteCount, picturesPerBlock: 128) { data, path in
            try data.write(to: URL(fileURLWithPath: path))
        }
        let digests = Dictionary(uniqueKeysWithValues: ids.map { ($0, ContentDigest(of: "\($0)")) })
        for start in stride(from: 0, to: ids.count, by: 128) {
            try writer.append(
                ids[start..<min(start + 128, ids.count)].compactMap { id in
                    digests[id].map { ($0, record(Int(id)).withBytes { Array($0) }) }
                })
        }
        let reader = try BlockReader(folder: folder, recordSize: layout.byteCount)
        return try asked.map { ids in
            let digests = ids.compactMap { digests[$0] }
            return try seconds {
                let copies = try reader.records(of: digests).compactMap { $0?.withBytes { Array($0) } }
                try check(copies.count)
            }
        }
    }
}

/// What pictures' features take in PostgreSQL.
struct FeatureFigures: Encodable {
    /// Of a picture's features, and of all rows of one.
    let bytes: Int
    let bytes_on_disk: Double
    /// Of fetching those of a shortlist, and this program's own processor time for it.
    let fetched: Times
    let client_seconds: Double
    /// Of taking the same from an index's blocks.
    let of_blocks: Times

    struct Times: Encodable {
        let p50_seconds, p95_seconds: Double

        init(_ seconds: [Double]) {
            let sorted = seconds.sorted()
            (p50_seconds, p95_seconds) = (sorted[sorted.count / 2], sorted[sorted.count * 95 / 100])
        }
    }

    func line(_ count: Int) -> String {
        String(
            format:
                "features of %d B, %.0f B on disk; of %d pictures: %.2f ms p50, %.2f ms p95, %.2f ms of this program's; "
                + "of blocks %.2f, %.2f", bytes, bytes_on_disk, count, fetched.p50_seconds * 1e3,
            fetched.p95_seconds * 1e3, client_seconds * 1e3, of_blocks.p50_seconds * 1e3, of_blocks.p95_seconds * 1e3)
    }
}

/// Processor time of this program so far, of all its threads.
func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
