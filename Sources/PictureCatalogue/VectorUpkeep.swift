import AsCLBase
import FeatureExtraction
import VectorStore

/// Keeps the vectors that pictures are searched by in step with their features.
struct VectorUpkeep {
    typealias Picture = (digest: ContentDigest, id: Int64)

    let store: VectorStore
    private let layout: RecordLayout
    private let features: BlockReader
    private let own: SearchCheckpoint.Vectors?

    /// Pictures whose vectors are written at once.
    private static let picturesAtOnce = 512

    /// - Parameter own: The checkpoint's vectors, where it is not the encoder's that serve.
    init(_ catalogue: Catalogue, _ model: CatalogueModel, _ own: SearchCheckpoint.Vectors?) throws {
        store = try catalogue.vectors(of: model, mode: .writing)
        layout = model.layout
        features = try catalogue.features(of: model)
        self.own = own
    }

    /// Makes the store that of these pictures: takes out the others, and puts in those that it has not.
    /// - Returns: Pictures that have no vector, since their features are no numbers.
    func catchUp(
        with contents: [ContentDigest: Int64], progress: (Int, Int) -> Void, isCancelled: () -> Bool
    ) throws -> [Int64] {
        let there = store.ids
        try store.delete(ids: there.subtracting(contents.values))
        let missing = contents.filter { !there.contains($0.value) }.map { Picture($0.key, $0.value) }
            .sorted { $0.id < $1.id }
        var unusable: [Int64] = []
        if !missing.isEmpty { progress(0, missing.count) }
        for start in stride(from: 0, to: missing.count, by: Self.picturesAtOnce) {
            if isCancelled() { throw CancellationError() }
            let end = min(start + Self.picturesAtOnce, missing.count)
            unusable += try append(Array(missing[start..<end]))
            progress(end, missing.count)
        }
        return unusable
    }

    /// Puts in the vectors of pictures that have features.
    /// - Returns: Those among them whose features are no numbers.
    @discardableResult
    func append(_ pictures: [Picture]) throws -> [Int64] {
        let records = try features.records(of: pictures.map(\.digest))
        let present = zip(pictures, records).compactMap { picture, record in record.map { (picture, $0) } }
        let numbers = present.map { layout.holdsNumbers($0.1) }
        let usable = zip(present, numbers).filter(\.1).map(\.0)
        if !usable.isEmpty {
            let values = try own?.make(usable.map(\.1)) ?? usable.flatMap { layout.global($0.1) }
            try store.append(ids: usable.map(\.0.id), vectors: values)
        }
        return zip(present, numbers).filter { !$0.1 }.map(\.0.0.id)
    }
}
