import Foundation
import GRDB
import ImageEncoding
import VectorStore

/// Files that show the same picture: which one to keep, and the others with the reason that each is like it.
package struct DuplicateGroup: Sendable, Encodable, Equatable {
    /// Why two files are taken for the same picture.
    package enum Reason: String, Sendable, Encodable {
        /// They are the same, byte by byte.
        case sameBytes = "same bytes"
        /// They look the same and differ in size.
        case otherSize = "other size"
        /// They look the same and differ in compression, or in light and colour.
        case otherQuality = "other quality"
        /// They have one name, and one of them is a camera's RAW file.
        case rawAndJPEG = "RAW and JPEG"
    }

    /// A file of a group.
    package struct File: Sendable, Encodable, Equatable {
        /// Where it lies.
        package let path: String
        /// How large it is.
        package let bytes: Int
        /// Pixels, upright.
        package let width, height: Int?
        /// Why it is here; nil for the one to keep.
        package var reason: Reason?
    }

    /// The RAW file, or else the one of the most pixels, and of those of the most bytes.
    package let keep: File
    /// All others.
    package let others: [File]
}

extension Catalogue {
    /// Looks that differ in so many of 64 bits at most may be one picture's.
    static let mostLookDistance = 6
    /// Of RAW and JPEG, which the camera and a developer made into pictures, where their names are the same.
    static let mostRAWDistance = 12
    /// Their vectors' cosine is this at least.
    static let leastCosine: Float = 0.75
    /// The wider of two shapes is so many times as wide as the other at most: a part of a picture is not the same picture.
    static let mostStretch = 1.05

    /// Files that show the same picture, in groups by the path of the one to keep. Nothing is removed.
    package func duplicates() throws -> [DuplicateGroup] {
        let contents = try database.read { try DuplicateContent.fetchAll($0) }
        let vectors = try answeringModel().map { try self.vectors(of: $0, mode: .readingWhole) }
        var taken = Set<Int>()
        var groups: [DuplicateGroup] = []
        let looks = LookTable(contents.map(\.look))
        var named: [String: [Int]] = [:]
        for (place, content) in contents.enumerated() {
            for name in content.names { named[name, default: []].append(place) }
        }
        // The best first: each gathers what is like it, and nothing is like something at second hand.
        for best in contents.indices where taken.insert(best).inserted {
            let keep = contents[best]
            var others = keep.files.dropFirst().map { $0.as(.sameBytes) }
            let candidates = looks.near(best, within: Self.mostLookDistance) + keep.names.flatMap { named[$0] ?? [] }
            for other in Set(candidates).sorted() where !taken.contains(other) {
                guard let reason = reason(keep, contents[other], vectors) else { continue }
                taken.insert(other)
                others += contents[other].files.map { $0.as(reason) }
            }
            if !others.isEmpty, let first = keep.files.first {
                groups.append(DuplicateGroup(keep: first, others: others))
            }
        }
        return groups.sorted { $0.keep.path < $1.keep.path }
    }

    private func reason(
        _ keep: DuplicateContent, _ other: DuplicateContent, _ vectors: VectorStore?
    ) -> DuplicateGroup.Reason? {
        guard let look = keep.look, let otherLook = other.look else { return nil }
        let distance = look.distance(to: otherLook)
        if keep.isRAW != other.isRAW, distance <= Self.mostRAWDistance, !keep.names.isDisjoint(with: other.names) {
            return .rawAndJPEG
        }
        guard distance <= Self.mostLookDistance, keep.stretch(to: other) <= Self.mostStretch,
            let own = vectors?.vector(of: keep.id), let others = vectors?.vector(of: other.id),
            zip(own, others).reduce(0, { $0 + $1.0 * $1.1 }) >= Self.leastCosine
        else { return nil }
        let isSameSize = keep.width == other.width && keep.height == other.height
        return isSameSize ? .otherQuality : .otherSize
    }
}

/// A content with all its files.
private struct DuplicateContent {
    let id: Int64
    let look: PictureLook?
    let width, height: Int?
    /// By path.
    let files: [DuplicateGroup.File]
    let isRAW: Bool
    /// Its files' paths without their extensions.
    let names: Set<String>

    init(id: Int64, look: PictureLook?, files: [DuplicateGroup.File]) {
        (self.id, self.look, self.files) = (id, look, files)
        (width, height) = (files.first?.width, files.first?.height)
        isRAW = files.contains { Self.extensions.contains(($0.path as NSString).pathExtension.lowercased()) }
        names = Set(files.map { ($0.path as NSString).deletingPathExtension.lowercased() })
    }

    /// Of cameras' RAW files.
    private static let extensions: Set<String> = [
        "dng", "nef", "cr2", "cr3", "arw", "orf", "rw2", "raf", "pef", "srw",
    ]

    private var pixels: Int { (width ?? 0) * (height ?? 0) }

    /// How many times as wide one shape is as the other, of equal heights.
    func stretch(to other: DuplicateContent) -> Double {
        guard let width, let height, let otherWidth = other.width, let otherHeight = other.height else { return 1 }
        let ratio = Double(width * otherHeight) / Double(max(1, height * otherWidth))
        return max(ratio, 1 / ratio)
    }

    /// All that can be found, those to keep before others.
    static func fetchAll(_ database: Database) throws -> [DuplicateContent] {
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT content.id, look, width, height, root.path || '/' || file.path AS place, size
                FROM file JOIN root ON root.id = file.root JOIN content ON content.id = file.content
                WHERE EXISTS (SELECT 1 FROM feature JOIN model ON model.id = feature.model
                              WHERE answers AND feature.content = content.id AND feature.problem IS NULL)
                ORDER BY content.id, place
                """)
        var contents: [DuplicateContent] = []
        var current: (id: Int64, look: Int64?, files: [DuplicateGroup.File])?
        func close() {
            guard let current else { return }
            let look = current.look.map { PictureLook(bits: UInt64(bitPattern: $0)) }
            contents.append(DuplicateContent(id: current.id, look: look, files: current.files))
        }
        while let row = try rows.next() {
            let id: Int64 = row[0]
            if current?.id != id {
                close()
                current = (id, row[1], [])
            }
            current?.files.append(.init(path: row[4], bytes: row[5], width: row[2], height: row[3]))
        }
        close()
        return contents.sorted { $0.goesBefore($1) }
    }

    private func goesBefore(_ other: DuplicateContent) -> Bool {
        func bytes(_ content: DuplicateContent) -> Int { content.files.first?.bytes ?? 0 }
        if isRAW != other.isRAW { return isRAW }
        if pixels != other.pixels { return pixels > other.pixels }
        if bytes(self) != bytes(other) { return bytes(self) > bytes(other) }
        return (files.first?.path ?? "") < (other.files.first?.path ?? "")
    }
}

extension DuplicateGroup.File {
    fileprivate func `as`(_ reason: DuplicateGroup.Reason) -> Self {
        var file = self
        file.reason = reason
        return file
    }
}
