import AsCLBase
import Foundation
import ImageEncoding
import RetrievalFixtures
import Testing

@testable import PictureCatalogue

@Suite struct DuplicateTests {
    /// Soft spots of chance sizes and places, which have something of every frequency, as photos do.
    private func pattern(_ number: Int, width: Int = 64) -> Picture {
        var random = SeededGenerator(seed: UInt64(number + 1))
        let spots = (0..<40).map { _ in
            (
                x: 2 * random.uniform(), y: random.uniform(), size: 0.05 + 0.2 * random.uniform(),
                light: 240 * (random.uniform() - 0.5)
            )
        }
        let height = width / 2
        let pixels = (0..<height).flatMap { row in
            (0..<width).flatMap { column in
                let (x, y) = ((Double(column) + 0.5) / Double(height), (Double(row) + 0.5) / Double(height))
                let light = spots.reduce(128.0) { sum, spot in
                    let (dx, dy) = ((x - spot.x) / spot.size, (y - spot.y) / spot.size)
                    return sum + spot.light * exp(-dx * dx - dy * dy)
                }
                return (0..<3).map { UInt8(min(255, max(0, light - Double(20 * $0)))) }
            }
        }
        return Picture(width: width, height: height, pixels: pixels)
    }

    private func png(_ picture: Picture) -> Data {
        TinyPicture.bitmap(width: picture.width, height: picture.height) { column, row, channel in
            picture.pixels[3 * ((picture.height - 1 - row) * picture.width + column) + 2 - channel]
        }
    }

    private func jpeg(_ photos: Photos, _ name: String, side: Int, quality: Int) throws -> Data {
        try PictureThumbnail.jpeg(of: "\(photos.images)/\(name)", longSide: side, quality: quality)
    }

    /// Four patterns; copies of the first.
    private func photos() throws -> Photos {
        let photos = try Photos(0)
        for number in 0..<4 { try photos.write(png(pattern(number)), "\(number).bmp") }
        try photos.write(png(pattern(0)), "copy of 0.bmp")
        try photos.write(jpeg(photos, "0.bmp", side: 64, quality: 60), "worse 0.jpg")
        try photos.write(jpeg(photos, "0.bmp", side: 32, quality: 90), "small 0.jpg")
        try photos.indexed()
        return photos
    }

    @Test func `copies are gathered about the one to keep, each with its reason`() throws {
        let photos = try photos()
        let groups = try Catalogue(folder: photos.index, isNew: false).duplicates()
        #expect(groups.count == 1)
        let group = try #require(groups.first)
        #expect(group.keep.path == "\(photos.images)/0.bmp" && group.keep.reason == nil)
        let reasons = group.others.map {
            "\(URL(fileURLWithPath: $0.path).lastPathComponent): \($0.reason?.rawValue ?? "")"
        }
        #expect(
            reasons.sorted() == ["copy of 0.bmp: same bytes", "small 0.jpg: other size", "worse 0.jpg: other quality"])
    }

    @Test func `an index without looks is told of and completed without encoding`() throws {
        let photos = try photos()
        let catalogue = try Catalogue(folder: photos.index, isNew: false)
        try catalogue.database.write { try $0.execute(sql: "UPDATE content SET look = NULL") }
        #expect(try catalogue.unseenCount() == 6)
        #expect(try catalogue.duplicates().map { $0.others.map(\.reason) } == [[.sameBytes]])
        let indexing = try Indexing(catalogue, encoder: UnusableEncoder(), description: .descriptors, workers: 1)
        var told: [Int] = []
        try indexing.finish { done, _ in told.append(done) }
        #expect(told == [6])
        #expect(try catalogue.unseenCount() == 0 && catalogue.duplicates().map(\.others.count) == [3])
    }

    @Test func `a RAW file goes with the picture of its name`() throws {
        let photos = try photos()
        let catalogue = try Catalogue(folder: photos.index, isNew: false)
        // What a RAW file is, its name says here.
        try catalogue.database.write {
            try $0.execute(sql: "UPDATE file SET path = '3.NEF' WHERE path = 'small 0.jpg'")
            try $0.execute(
                sql:
                    "UPDATE content SET look = (SELECT look FROM content JOIN file ON content = id WHERE path = '3.bmp') "
                    + "WHERE id = (SELECT content FROM file WHERE path = '3.NEF')")
        }
        let group = try #require(try catalogue.duplicates().first { $0.keep.path.hasSuffix("3.NEF") })
        #expect(group.others.map(\.reason) == [.rawAndJPEG] && group.others[0].path.hasSuffix("3.bmp"))
    }

    @Test func `looks that differ in few bits are found as by comparing all with all`() {
        var random = SystemRandomNumberGenerator()
        var looks: [PictureLook?] = (0..<300).map { _ in PictureLook(bits: .random(in: 0 ... .max, using: &random)) }
        for place in 0..<600 {
            let flipped = (0..<Int.random(in: 0...9)).reduce(looks[place % 300]?.bits ?? 0) { bits, _ in
                bits ^ 1 << UInt64.random(in: 0..<64)
            }
            looks.append(place % 50 == 0 ? nil : PictureLook(bits: flipped))
        }
        let table = LookTable(looks)
        for place in looks.indices {
            for distance in [0, 3, 7] {
                let plain = looks.indices.filter { other in
                    guard other > place, let own = looks[place], let look = looks[other] else { return false }
                    return own.distance(to: look) <= distance
                }
                #expect(table.near(place, within: distance) == plain)
            }
        }
    }

    @Test func `a look hardly changes with size and light, and strangers differ`() {
        let looks = (0..<12).map { PictureLook(pattern($0)) }
        for number in looks.indices {
            #expect(looks[number].distance(to: PictureLook(pattern(number, width: 200))) <= 4)
            let darker = pattern(number)
            let dark = Picture(width: darker.width, height: darker.height, pixels: darker.pixels.map { $0 / 2 })
            #expect(looks[number].distance(to: PictureLook(dark)) <= 4)
            for other in 0..<number { #expect(looks[number].distance(to: looks[other]) > 7, "\(number) \(other)") }
        }
    }
}
