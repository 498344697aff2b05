import Foundation
import GRDB

/// Which pictures may be found.
package struct PictureFilter: Sendable, Equatable, Codable {
    /// Width against height.
    package enum Orientation: String, Sendable, Codable, CaseIterable {
        /// Wider than high, higher than wide, as wide as high.
        case landscape, portrait, square
    }

    /// Only what lies in this folder or below.
    package var folder: String?
    /// Only what was taken on this day or later, and on this day or earlier: `2019-07-01`, `2019-07` or `2019`. Where no
    /// camera says when that was, the time counts at which the file was written.
    package var from, to: String?
    /// Only what a camera took whose name has this in it.
    package var camera: String?
    /// Only pictures of this shape.
    package var orientation: Orientation?
    /// Only pictures whose longer side has so many pixels.
    package var leastSide: Int?

    /// Every picture.
    package init() {}

    /// Whether it leaves anything out.
    package var isEmpty: Bool { self == PictureFilter() }
}

/// Who says when a picture was taken.
package enum TimeSource: String, Sendable, Codable {
    /// Its EXIF.
    case camera
    /// Its file's time of writing.
    case file
}

/// A picture as a search gives it.
package struct CataloguedPicture: Sendable, Equatable, Codable {
    /// Its number in the index.
    package let id: Int64
    /// Where it lies; of several places the first by name.
    package let path: String
    /// In how many places more.
    package let copies: Int
    /// Pixels, upright.
    package let width, height: Int?
    /// When it was taken, by the camera's clock, or else when its oldest file was written, by this machine's.
    package let taken: String?
    /// Who says so.
    package let takenFrom: TimeSource?
    /// The camera's maker and model.
    package let camera: String?
    /// Degrees north and east.
    package let latitude, longitude: Double?

    /// Joins what a home of pictures says.
    package init(
        id: Int64, path: String, copies: Int, width: Int?, height: Int?, taken: String?, takenFrom: TimeSource?,
        camera: String?, latitude: Double?, longitude: Double?
    ) {
        (self.id, self.path, self.copies, self.width, self.height) = (id, path, copies, width, height)
        (self.taken, self.takenFrom, self.camera) = (taken, takenFrom, camera)
        (self.latitude, self.longitude) = (latitude, longitude)
    }
}

extension CataloguedPicture: FetchableRecord {}
extension TimeSource: DatabaseValueConvertible {}

extension Catalogue {
    /// What there is to tell of an index.
    package struct Numbers: Sendable, Encodable {
        /// Files, pictures among them by content, those of the answering model that can be found, and those that cannot be used.
        package let files, pictures, findable, problems: Int
        /// Sentences about pictures.
        package let captions: Int
        /// The folders.
        package let folders: [String]

        /// Joins what was counted.
        package init(
            files: Int, pictures: Int, findable: Int, problems: Int, captions: Int = 0, folders: [String]
        ) {
            (self.files, self.pictures, self.findable, self.problems) = (files, pictures, findable, problems)
            (self.captions, self.folders) = (captions, folders)
        }
    }

    /// What there is to tell of the index.
    package func numbers() throws -> Numbers {
        try database.read { database in
            func count(_ sql: String) throws -> Int { try Int.fetchOne(database, sql: sql) ?? 0 }
            return Numbers(
                files: try count("SELECT COUNT(*) FROM file"), pictures: try count("SELECT COUNT(*) FROM content"),
                findable: try count(
                    "SELECT COUNT(*) FROM feature JOIN model ON model.id = model WHERE answers AND problem IS NULL"),
                problems: try count(
                    "SELECT COUNT(*) FROM file LEFT JOIN feature ON feature.content = file.content "
                        + "WHERE file.problem IS NOT NULL OR feature.problem IS NOT NULL"),
                captions: try count("SELECT COUNT(*) FROM caption"),
                folders: try String.fetchAll(database, sql: "SELECT path FROM root ORDER BY path"))
        }
    }

    /// The folders that are indexed.
    package func roots() throws -> [String] { try numbers().folders }

    /// The numbers of the pictures that a filter lets through; nil where it leaves none out.
    package func pictures(_ filter: PictureFilter) throws -> Set<Int64>? {
        guard !filter.isEmpty else { return nil }
        var conditions: [String] = []
        var arguments: StatementArguments = []
        func require(_ condition: String, _ values: [(any DatabaseValueConvertible)?]) {
            conditions.append(condition)
            arguments += StatementArguments(values)
        }
        if let folder = filter.folder {
            let path = Indexing.path(folder)
            // By characters, not by a pattern: names may have % and _ in them.
            require(
                "substr(root.path || '/' || file.path, 1, length(?)) = ?", [path + "/", path + "/"])
        }
        let taken = "COALESCE(taken, \(Self.fileTime))"
        if let from = filter.from { require("\(taken) >= ?", [from]) }
        // `2019-07` is before `2019-07-15T...`, which is to be in: whatever begins with the day is.
        if let to = filter.to { require("substr(\(taken), 1, length(?)) <= ?", [to, to]) }
        if let camera = filter.camera { require("instr(lower(camera), lower(?)) > 0", [camera]) }
        switch filter.orientation {
        case .landscape: require("width > height", [])
        case .portrait: require("width < height", [])
        case .square: require("width = height", [])
        case nil: break
        }
        if let side = filter.leastSide { require("max(width, height) >= ?", [side]) }
        let statement = """
            SELECT DISTINCT content.id FROM content JOIN file ON file.content = content.id JOIN root ON root.id = file.root
            WHERE \(conditions.joined(separator: " AND "))
            """
        return try database.read { [arguments] in
            try Int64.fetchSet($0, sql: statement, arguments: arguments)
        }
    }

    /// When a content's oldest file was written, by this machine's clock.
    private static let fileTime = """
        (SELECT strftime('%Y-%m-%dT%H:%M:%S', min(written) / 1000000000, 'unixepoch', 'localtime')
         FROM file AS place WHERE place.content = content.id)
        """

    /// Pictures by their numbers; those that are gone are missing.
    package func pictures(_ ids: [Int64]) throws -> [Int64: CataloguedPicture] {
        try database.read { database in
            var pictures: [Int64: CataloguedPicture] = [:]
            for id in ids {
                pictures[id] = try CataloguedPicture.fetchOne(
                    database,
                    sql: """
                        SELECT content.id, min(root.path || '/' || file.path) AS path, count(*) - 1 AS copies, width, height,
                            COALESCE(content.taken, \(Self.fileTime)) AS taken,
                            CASE WHEN content.taken IS NOT NULL THEN 'camera' WHEN max(written) IS NOT NULL THEN 'file' END
                                AS takenFrom,
                            camera, latitude, longitude
                        FROM content JOIN file ON file.content = content.id JOIN root ON root.id = file.root
                        WHERE content.id = ? GROUP BY content.id
                        """, arguments: [id])
            }
            return pictures
        }
    }
}
