package import AsCLBase
import Foundation
import GRDB

/// A sentence that somebody wrote about a picture.
package struct PictureCaption: Sendable, Equatable, Codable {
    /// Its number in the index.
    package let id: Int64
    /// The number of its picture.
    package let content: Int64
    /// The sentence.
    package let text: String
}

extension PictureCaption: FetchableRecord {}

/// What has become of captions that were given by pictures' names.
package struct CaptionSummary: Sendable, Encodable, Equatable {
    /// Pictures of the index that have got captions, and how many these are.
    package var pictures = 0, captions = 0
    /// Captions that say what another of the same picture says, and are kept once.
    package var repeated = 0
    /// Names that no file of the index has, and names of several different pictures.
    package var unknown: [String] = [], ambiguous: [String] = []
}

extension Catalogue {
    /// Gives pictures captions by their files' names, in the place of those that they had. All or none are written.
    ///
    /// A name fits the files whose paths end in it; where it names folders and no path has them, its last part alone counts.
    /// A picture that lies at several such places is one.
    /// - Throws: `InputError` where no name is that of a picture of the index.
    package func setCaptions(_ named: [(name: String, captions: [String])]) throws -> CaptionSummary {
        try database.write { database in
            let places = try Self.places(database)
            var (summary, texts) = (CaptionSummary(), [Int64: [String]]())
            for (name, captions) in named {
                let found = Self.contents(name, places)
                switch found.count {
                case 0: summary.unknown.append(name)
                case 1: for content in found { texts[content, default: []] += captions }
                default: summary.ambiguous.append(name)
                }
            }
            guard !texts.isEmpty else {
                throw InputError(
                    path: folder, place: "captions", expected: "names of the index's pictures",
                    found: "\(named.count) others, the first \(named.first?.name ?? "none"): index their folder first")
            }
            summary.pictures = texts.count
            for (content, texts) in texts.sorted(by: { $0.key < $1.key }) {
                let different = Set(texts)
                summary.repeated += texts.count - different.count
                summary.captions += try Self.setCaptions(different, of: content, database)
            }
            return summary
        }
    }

    /// Writes what is new and removes what is gone, so that a sentence that stays keeps its number.
    private static func setCaptions(_ texts: Set<String>, of content: Int64, _ database: Database) throws -> Int {
        let old = try String.fetchSet(
            database, sql: "SELECT text FROM caption WHERE content = ?", arguments: [content])
        for text in old.subtracting(texts) {
            try database.execute(
                sql: "DELETE FROM caption WHERE content = ? AND text = ?", arguments: [content, text])
        }
        for text in texts.subtracting(old).sorted() {
            try database.execute(sql: "INSERT INTO caption (content, text) VALUES (?, ?)", arguments: [content, text])
        }
        return texts.count
    }

    private typealias Places = [Substring: [(path: String, content: Int64)]]

    /// The files of the index with their contents, by the last parts of their paths.
    private static func places(_ database: Database) throws -> Places {
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT root.path || '/' || file.path, content FROM file JOIN root ON root.id = file.root
                WHERE content IS NOT NULL
                """)
        var places: Places = [:]
        while let row = try rows.next() {
            let path: String = row[0]
            places[lastPart(path), default: []].append((path, row[1]))
        }
        return places
    }

    private static func contents(_ name: String, _ places: Places) -> Set<Int64> {
        let named = places[lastPart(name)] ?? []
        let exact = named.filter { $0.path == name || $0.path.hasSuffix("/" + name) }
        return Set((exact.isEmpty ? named : exact).map(\.content))
    }

    private static func lastPart(_ path: String) -> Substring {
        path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...]
    }

    /// Every caption, by its number.
    package func captions() throws -> [PictureCaption] {
        try database.read { try PictureCaption.fetchAll($0, sql: "SELECT * FROM caption ORDER BY id") }
    }

    /// The numbers of all captions.
    package func captionIDs() throws -> Set<Int64> {
        try database.read { try Int64.fetchSet($0, sql: "SELECT id FROM caption") }
    }

    /// The captions of some numbers; those that are gone are missing.
    package func captions(_ ids: [Int64]) throws -> [PictureCaption] {
        try database.read { database in
            try ids.compactMap {
                try PictureCaption.fetchOne(database, sql: "SELECT * FROM caption WHERE id = ?", arguments: [$0])
            }
        }
    }

    /// The sentences about a picture.
    package func captions(of content: Int64) throws -> Set<String> {
        try database.read {
            try String.fetchSet($0, sql: "SELECT text FROM caption WHERE content = ?", arguments: [content])
        }
    }

    /// The number of the picture with some content; nil where the index has none.
    package func content(_ digest: ContentDigest) throws -> Int64? {
        try database.read {
            try Int64.fetchOne(
                $0, sql: "SELECT id FROM content WHERE sha256 = ?", arguments: [Data(digest.bytes)])
        }
    }
}
