import FeatureExtraction
import Foundation
import PictureCatalogue

@testable import PostgresCatalogue

/// A home that is a store's but for what a test puts in its place.
protocol HomeAround: PictureHome {
    var store: PostgresStore { get }
}

extension HomeAround {
    var name: String { store.name }
    func answeringModel() throws -> CatalogueModel? { try store.answeringModel() }
    func numbers() throws -> Catalogue.Numbers { try store.numbers() }
    func problems() throws -> [Catalogue.Problem] { try store.problems() }
    func pictures(_ ids: [Int64]) throws -> Gathered<[Int64: CataloguedPicture]> { try store.pictures(ids) }
    func places(of id: Int64) throws -> PicturePlaces? { try store.places(of: id) }
    func thumbnail(of id: Int64, _ places: PicturePlaces, side: Int) -> Data? { nil }
    func keep(_ thumbnail: Data, of id: Int64, _ places: PicturePlaces, side: Int) {}
    func nearestPictures(by model: CatalogueModel) throws -> any PictureVectors {
        try store.nearestPictures(by: model)
    }
    func features(by model: CatalogueModel) throws -> any PictureRecords { try store.features(by: model) }
    func forEachFile(in root: String, by model: CatalogueModel, _ body: ([IndexedFile]) throws -> Void) throws {
        try store.forEachFile(in: root, by: model, body)
    }
    func forget(root path: String) throws -> Bool { try store.forget(root: path) }
    func outages() -> [String] { store.outages() }
}
