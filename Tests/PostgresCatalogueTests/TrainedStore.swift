import AsCLBase
import FeatureExtraction
import ImageEncoding
import PictureCatalogue
import RetrievalFixtures
import RetrievalModels

@testable import PictureSearch
@testable import PostgresCatalogue

/// Small pictures, for tiny trained models of random weights to search, in databases and in an index's folder.
struct TrainedStore {
    let photos: StoredPhotos
    let description: EncoderDescription
    let encoder: any PictureEncoder

    /// What makes the features.
    enum Encoder: CaseIterable { case descriptors, patches, vector }

    init(_ encoder: Encoder = .descriptors, pictures: Int = 12, parts: Int = 1, addresses: [String]? = nil) throws {
        photos = try StoredPhotos(pictures, parts: parts, addresses: addresses)
        description =
            switch encoder {
            case .descriptors: .descriptors
            case .patches: .patches(folder: photos.clip, grid: nil, projected: false)
            case .vector: .vector(folder: photos.clip)
            }
        var digests = FileDigests()
        self.encoder = try description.encoder(on: .cpu, digests: &digests)
    }

    /// Writes a model that reads what the encoder makes, and loads it.
    func trained(
        _ name: String = "model", _ method: Method = .ascl, dimension: Int = 16, seed: UInt64 = 3
    ) throws -> TrainedModel {
        let place = photos.folder.path + "/" + name
        let text = try TinyTextEncoder.load(writingTo: photos.folder.path + "/text")
        let (regions, global) = (encoder.shape.regionDimension, encoder.shape.globalDimension)
        let configuration: any ModelConfiguration =
            method == .ascl
            ? try AsCLConfiguration(
                jointDimension: dimension, heads: 2, regionDimension: regions, globalDimension: global,
                textDimension: TinyTextEncoder.width, localWeight: 0.6)
            : BaselineConfiguration(
                method, jointDimension: dimension, regionDimension: regions, globalDimension: global,
                textDimension: TinyTextEncoder.width, vocabularySize: TinyTextEncoder.words.count + 5)
        try RetrievalModel(configuration, textEncoder: text, features: encoder.identity, seed: seed).save(to: place)
        return try TrainedModel(checkpoint: place)
    }

    private func checkpoint(_ trained: TrainedModel) -> SearchCheckpoint {
        trained.searchCheckpoint(description, shape: encoder.shape)
    }

    /// Takes hold of the databases.
    func indexing(_ trained: TrainedModel?) throws -> Indexing {
        let checkpoint = trained.map(checkpoint)
        let writer = try PostgresWriter(
            photos.store(), by: CatalogueModel(encoder, description, checkpoint), vectors: checkpoint?.vectors)
        return Indexing(writer, encoder: encoder, workers: 1)
    }

    /// Indexes into the databases; by nil where the encoder's vectors alone are to be searched.
    @discardableResult
    func index(_ trained: TrainedModel?, finishing: Bool = true) throws -> Indexing.Summary {
        let indexing = try indexing(trained)
        let summary = try indexing.run(photos.images)
        if finishing { try indexing.finish() }
        return summary
    }

    /// Writes to an index's folder.
    func folderWriter(_ name: String, _ trained: TrainedModel) throws -> FolderWriter {
        let checkpoint = checkpoint(trained)
        return try FolderWriter(
            Catalogue(folder: photos.folder.path + "/" + name, isNew: true),
            by: CatalogueModel(encoder, description, checkpoint), checkpoint: checkpoint)
    }

    /// Indexes the same pictures into a folder.
    func folderHome(_ trained: TrainedModel) throws -> FolderHome {
        let indexing = Indexing(try folderWriter("index", trained), encoder: encoder, workers: 1)
        _ = try indexing.run(photos.images)
        try indexing.finish()
        return try home("index")
    }

    func home(_ name: String) throws -> FolderHome {
        FolderHome(try Catalogue(folder: photos.folder.path + "/" + name, isNew: false))
    }

    /// Changes the features of one picture.
    func set(_ features: String, of id: Int64) throws {
        try PostgresServer.run(
            "UPDATE ascl_picture SET features = \(features) WHERE id = \(id)", at: photos.addresses[0])
    }

    static let sentence = "the red cat sleeps near a tree"

    static func query(_ change: (inout PictureQuery) -> Void = { _ in }) -> PictureQuery {
        var query = PictureQuery(sentence)
        (query.showsAll, query.count) = (true, 100)
        change(&query)
        return query
    }
}

/// A picture and how well it answers.
struct ScoredPicture: Equatable {
    let picture: CataloguedPicture
    let score: Float
}

extension SearchAnswer {
    /// What was found, in its order.
    var scored: [ScoredPicture] { hits.map { ScoredPicture(picture: $0.picture, score: $0.score) } }
}
