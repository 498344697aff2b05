package import AsCLBase
package import FeatureExtraction
package import Foundation
package import VectorStore

/// What came together from the parts of a home of pictures.
package struct Gathered<Value> {
    /// What came.
    package var value: Value
    /// Parts that do not answer, a line each: what they have is missing.
    package var missing: [String]

    /// Joins them.
    package init(_ value: Value, missing: [String] = []) { (self.value, self.missing) = (value, missing) }
}

extension Gathered: Sendable where Value: Sendable {}

/// Where a collection of pictures is kept, as searches read it: an index's folder, or PostgreSQL.
package protocol PictureHome: Sendable {
    /// What errors call it.
    var name: String { get }
    /// The model that searches are answered by, nil before the first is whole.
    func answeringModel() throws -> CatalogueModel?
    /// What there is to tell of it.
    func numbers() throws -> Catalogue.Numbers
    /// The pictures that cannot be used, by their paths.
    func problems() throws -> [Catalogue.Problem]
    /// Pictures by their numbers; those that are gone are missing.
    func pictures(_ ids: [Int64]) throws -> Gathered<[Int64: CataloguedPicture]>
    /// Where a picture lies; nil where there is none of that number.
    func places(of id: Int64) throws -> PicturePlaces?
    /// A small JPEG of a picture that was kept here; nil where none was.
    func thumbnail(of id: Int64, _ places: PicturePlaces, side: Int) -> Data?
    /// Keeps a small JPEG, where the home may be written.
    func keep(_ thumbnail: Data, of id: Int64, _ places: PicturePlaces, side: Int)
    /// The vectors that a model searches by, held open.
    func nearestPictures(by model: CatalogueModel) throws -> any PictureVectors
    /// The features that a trained model scores.
    func features(by model: CatalogueModel) throws -> any PictureRecords
    /// Gives the files of an indexed folder with all that is known of them, some thousands at a time.
    /// - Throws: `InputError` also where a part does not answer.
    func forEachFile(in root: String, by model: CatalogueModel, _ body: ([IndexedFile]) throws -> Void) throws
    /// Forgets a folder and all that lies in it; false where the collection has none of that path.
    /// - Throws: `InputError` while somebody is indexing.
    func forget(root path: String) throws -> Bool
    /// Parts that do not answer now, a line each.
    func outages() -> [String]
}

/// Another model's vectors have taken the place of those that a search began by: it is to be begun anew.
package struct ModelChanged: Error {
    /// For people, where it happens again and again.
    package let inputError: InputError

    /// - Parameter home: What errors call it.
    package init(home: String) {
        inputError = InputError(
            path: home, place: "model", expected: "the vectors that this began by",
            found: "another model's: `ascl index` has just put them in, so try again")
    }
}

/// Which pictures a search may find.
package struct PictureSelection: Sendable {
    /// What says so.
    package let filter: PictureFilter
    /// Their numbers, where the home works with these; nil for every picture.
    package let ids: Set<Int64>?
    /// How many they are.
    package let count: Int
    /// Parts of the home that do not answer, a line each.
    package let missing: [String]

    /// Of a filter.
    package init(_ filter: PictureFilter, ids: Set<Int64>? = nil, count: Int, missing: [String] = []) {
        (self.filter, self.ids, self.count, self.missing) = (filter, ids, count, missing)
    }
}

/// The vectors of a collection's pictures, by their numbers, and which are near.
package protocol PictureVectors: Sendable {
    /// Numbers of a vector.
    var dimension: Int { get }
    /// Pictures that can be found.
    var count: Int { get }
    /// What is damaged and left out, a line each.
    var damage: [String] { get }
    /// Takes in what was written meanwhile.
    func refresh() throws
    /// The pictures that a filter lets through.
    func selection(_ filter: PictureFilter) throws -> PictureSelection
    /// The nearest of a selection to each unit vector, best first.
    /// - Throws: `ModelChanged` where the vectors are another model's now.
    func nearest(
        to queries: [[Float]], top: Int, in selection: PictureSelection
    ) throws -> Gathered<[[VectorMatch]]>
    /// The unit vectors of pictures; those that are gone are missing.
    /// - Throws: `ModelChanged` where they are another model's now.
    func vectors(of ids: [Int64]) throws -> [Int64: [Float]]
    /// The numbers of a selection's pictures, the lowest first.
    func ids(in selection: PictureSelection) throws -> Gathered<[Int64]>
}

/// The features of a collection's pictures, by their numbers.
package protocol PictureRecords: Sendable {
    /// Those of some pictures.
    func records(of ids: [Int64]) throws -> Gathered<FoundRecords>
}

/// What there is of pictures' features. Of pictures that are gone there is nothing.
package struct FoundRecords: Sendable {
    /// By the pictures' numbers.
    package var records: [Int64: PictureRecord] = [:]
    /// Pictures that are there and whose features are damaged, as the next indexing sees by itself.
    package var damaged: Set<Int64> = []

    /// Of no picture.
    package init() {}

    /// What is told of pictures whose features are no numbers, which indexing does not look for: it would have to read all of
    /// them.
    /// - Parameters:
    ///   - home: What errors call it.
    ///   - way: The command after which indexing makes the features anew.
    package static func line(of pictures: [Int64], in home: String, way: String) -> String {
        let place = pictures.count == 1 ? "features of picture" : "features of pictures"
        let error = InputError(
            path: home, place: "\(place) \(pictures.map(String.init).joined(separator: ", "))",
            expected: "finite numbers", found: "others: `\(way)`, then `ascl index`, mends that")
        return "\(error)"
    }
}
