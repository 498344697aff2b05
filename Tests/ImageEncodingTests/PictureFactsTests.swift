import Foundation
import Testing

@testable import ImageEncoding

@Suite struct PictureFactsTests {
    private func facts(_ fields: [String: String]) -> PictureFacts {
        PictureFacts(size: PictureSize(width: 4, height: 3)) { fields[$0] }
    }

    @Test func `time, camera and place are read as libvips gives them`() {
        let found = facts([
            "exif-ifd2-DateTimeOriginal": "2019:07:01 12:34:56 (2019:07:01 12:34:56, ASCII, 20 components, 20 bytes)",
            "exif-ifd0-Make": "NIKON CORPORATION (NIKON CORPORATION, ASCII, 18 components, 18 bytes)",
            "exif-ifd0-Model": "NIKON D90 (NIKON D90, ASCII, 10 components, 10 bytes)",
            "exif-ifd3-GPSLatitude": "51/1 30/1 1234/100 (51, 30, 12.34, Rational, 3 components, 24 bytes)",
            "exif-ifd3-GPSLatitudeRef": "S (S, ASCII, 2 components, 2 bytes)",
            "exif-ifd3-GPSLongitude": "0 7 39 (0, 7, 39, Rational, 3 components, 24 bytes)",
            "exif-ifd3-GPSLongitudeRef": "E (E, ASCII, 2 components, 2 bytes)",
        ])
        #expect(found.taken == "2019-07-01T12:34:56")
        #expect(found.camera == "NIKON CORPORATION NIKON D90")
        #expect(abs((found.place?.latitude ?? 0) + (51 + 0.5 + 12.34 / 3600)) < 1e-9)
        #expect(abs((found.place?.longitude ?? 0) - (7.0 / 60 + 39.0 / 3600)) < 1e-9)
    }

    @Test(arguments: [
        "0000:00:00 00:00:00 (0000:00:00 00:00:00, ASCII)", "2019:13:01 12:34:56", "    :  :     :  :  ", "",
        "yesterday", "2019:07:01 25:00:00", "2019:07:01", "2019:02:29 12:00:00", "2019:04:31 12:00:00",
        "1900:02:29 12:00:00", "2019:07:00 12:00:00", "2019:07:01 12:60:00", "2019:07:01 12:00:61",
        "2099:01:01 00:00:00",
    ])
    func `a clock that was never set tells no time`(_ text: String) {
        #expect(facts(["exif-ifd2-DateTimeOriginal": text]).taken == nil)
        // The next best field counts then.
        let other = facts(["exif-ifd2-DateTimeOriginal": text, "exif-ifd0-DateTime": "2020:01:02 03:04:05"])
        #expect(other.taken == "2020-01-02T03:04:05")
    }

    @Test(arguments: [
        ("2016:12:31 23:59:60", "2016-12-31T23:59:59"), ("2019:07:01 12:34:56+02:00", "2019-07-01T12:34:56"),
        ("2019:07:01 12:34:56.789Z", "2019-07-01T12:34:56"), ("2020:02:29 00:00:00", "2020-02-29T00:00:00"),
        ("2000-02-29T01:02:03-11:30", "2000-02-29T01:02:03"),
    ])
    func `zones, fractions and leap seconds do not mislead`(text: String, time: String) {
        #expect(facts(["exif-ifd2-DateTimeOriginal": text]).taken == time)
    }

    @Test func `a time to come is none, but a clock may be ahead of this one by its zone`() {
        let now = Date(timeIntervalSince1970: 1_600_000_000)  // 2020-09-13T12:26:40Z
        func taken(_ text: String) -> String? {
            PictureFacts(size: PictureSize(width: 4, height: 3), now: now) {
                ["exif-ifd2-DateTimeOriginal": text, "exif-ifd0-DateTime": "2020:01:02 03:04:05"][$0]
            }.taken
        }
        #expect(taken("2020:09:14 02:26:39") == "2020-09-14T02:26:39")
        #expect(taken("2020:09:14 02:26:41") == "2020-01-02T03:04:05")
    }

    @Test(arguments: ["91/1 0/1 0/1", "1/0 0/1 0/1", "x", "1/1 2/1", "nan nan nan", "1/1/1 0 0"])
    func `a place beyond the earth is none`(_ text: String) {
        #expect(facts(["exif-ifd3-GPSLatitude": text, "exif-ifd3-GPSLongitude": "1/1 0/1 0/1"]).place == nil)
    }

    @Test func `a maker's name is not said twice`() {
        #expect(facts(["exif-ifd0-Make": "Canon (x)", "exif-ifd0-Model": "Canon EOS 5D (x)"]).camera == "Canon EOS 5D")
        #expect(facts(["exif-ifd0-Model": " Pixel 4\n (x)"]).camera == "Pixel 4")
        #expect(facts(["exif-ifd0-Make": " (x)"]).camera == nil)
    }
}
