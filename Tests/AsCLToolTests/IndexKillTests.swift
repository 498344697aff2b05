import Foundation
import RetrievalFixtures
import Testing

/// `ascl index` killed at random moments: of indexing, of compaction, and of going over to another model.
///
/// `ASCL_KILLS` says how many kills; a hundred take some minutes.
struct IndexKillTests {
    private static let kills = ProcessInfo.processInfo.environment["ASCL_KILLS"].flatMap { Int($0) } ?? 5
    private static let pictures = 300

    @Test func `whatever moment it is killed at, nothing is lost or doubled`() throws {
        let encoders = try (0..<2).map { number in
            let folder = try Workshop.newFolder("clip")
            try TinyPretrained.write(number == 0 ? .clip : .siglip, to: folder)
            return folder
        }
        let (index, fresh, collection) = (
            try Workshop.newFolder("index"), try Workshop.newFolder("index"), try PictureCollection()
        )
        for number in 0..<Self.pictures { try collection.add("\(number).bmp", Self.picture(number)) }
        // An undisturbed run says how long one takes.
        let start = ProcessInfo.processInfo.systemUptime
        let first = try Tool.run("index", collection.images, "--encoder", encoders[0], "--index", fresh)
        #expect(first.status == 0, "\(first)")
        let time = ProcessInfo.processInfo.systemUptime - start

        var random = SystemRandomNumberGenerator()
        var (kills, turn, next) = (0, 0, Self.pictures)
        // Some runs are through before their kill.
        while kills < Self.kills, turn < 20 * Self.kills {
            turn += 1
            // So that there is something to remove and to compact too.
            if turn % 4 == 0 {
                for name in try names(in: collection.images).shuffled(using: &random).prefix(60) {
                    try collection.remove(name)
                    try collection.add("\(next).bmp", Self.picture(next))
                    next += 1
                }
            }
            let delay = Double.random(in: 0..<1.1 * time, using: &random)
            let run = try Tool(
                ["index", collection.images, "--encoder", encoders[turn / 3 % 2], "--index", index],
                shell: "(sleep \(String(format: "%.3f", delay)); kill -9 $$) >/dev/null 2>&1 &"
            ).finish()
            let wasKilled = run.wasKilled && run.status == SIGKILL
            #expect(wasKilled || run.status == 0, "\(run)")
            if wasKilled { kills += 1 }
            if FileManager.default.fileExists(atPath: index + "/catalogue.sqlite") {
                let status = try Tool.run("index", "status", "--index", index)
                #expect(status.status == 0, "after \(delay) s: \(status)")
            }
        }
        #expect(kills == Self.kills)

        for place in [index, fresh] {
            let run = try Tool.run("index", collection.images, "--encoder", encoders[1], "--index", place, "--json")
            #expect(try run.status == 0 && run.json["pictures"] as? Int == Self.pictures, "\(run)")
            let again = try Tool.run("index", "--index", place, "--json")
            #expect(
                try again.json["new"] as? Int == 0 && again.json["known"] as? Int == 0
                    && again.json["removed"] as? Int == 0)
        }
        let numbers = try [index, fresh].map {
            try Tool.run("index", "status", "--json", "--index", $0).json["numbers"] as? NSDictionary
        }
        #expect(numbers[0] != nil && numbers[0] == numbers[1])
        for name in try names(in: collection.images).prefix(3) {
            let found = try [index, fresh].map { try scores(like: "\(collection.images)/\(name)", $0) }
            #expect(found[0].count == Self.pictures && found[0] == found[1])
        }
        // One model is left, and of nothing more than there is to know.
        let folders = try [index, fresh].map { try names(in: $0).filter { $0.hasPrefix("model-") } }
        #expect(folders.allSatisfy { $0.count == 1 })
    }

    /// No two alike, however many.
    private static func picture(_ number: Int) -> Data {
        TinyPicture.bitmap(number % 256, width: 8 + 4 * (number / 256))
    }

    /// The cosine of each picture with one, by its path; each has to be there once.
    private func scores(like path: String, _ index: String) throws -> [String: Double] {
        let run = try Tool.run(
            "search", "--like", path, "--top", "\(2 * Self.pictures)", "--all", "--json", "--index", index)
        let hits = try #require(run.json["hits"] as? [[String: Any]], "\(run)")
        return try hits.reduce(into: [:]) { scores, hit in
            let path = try #require((hit["picture"] as? [String: Any])?["path"] as? String)
            #expect(scores.updateValue(hit["score"] as? Double ?? 0, forKey: path) == nil, "\(path) twice")
        }
    }
}
