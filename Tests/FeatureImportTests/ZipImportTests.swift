import AsCLBase
import Foundation
import RetrievalData
import Testing

@testable import FeatureImport

/// Zip files of tables, made by scripts/make_published_arrays.py.
@Suite struct ZipImportTests {
    let published: Published
    let resources = #filePath.replacingOccurrences(of: "ZipImportTests.swift", with: "Resources/zip/")

    init() throws { published = try Published() }

    @Test(arguments: ["deflated", "stored"]) func `tables are read out of a zip file`(name: String) throws {
        let summary = try published.run([resources + name + ".zip"], published.fourImages())
        #expect(summary.form == "bottom-up attention's table, zipped" && summary.withoutFeatures == 0)
        let data = try Dataset(path: published.output)
        #expect(try data.split("train").features(0) == Published.features(5, 2))
        #expect(try data.split("train").features(1) == Published.features(3, 2))
        #expect(try data.split("test").features(0) == Published.features(9, 2))
        #expect(try data.split("val").boxes(ofImage: 0)?[0] == [0, 0.1, 0.5, 0.5])
    }

    @Test func `an interrupted import goes on within the zip file`() throws {
        let (json, zip) = (try published.fourImages(), resources + "deflated.zip")
        #expect(throws: CancellationError.self) { try published.run([zip], json, stoppingAfter: 3) }
        try published.run([zip], json)
        let data = try Dataset(path: published.output)
        #expect(try data.split("train").features(0) == Published.features(5, 2))
        #expect(try data.split("val").features(0) == Published.features(7, 2))
    }

    @Test(arguments: ["deflated", "stored"], [1, 7, 1000]) func `lines are whole over the pieces that they come in`(
        name: String, chunk: Int
    ) throws {
        let lines = try ZippedLines(path: "\(resources)\(name).zip", chunk: chunk)
        for _ in 0..<2 {
            var found: [String] = []
            while let line = try lines.next({ (line) throws(InputError) in (line.id, try line.regions().features) }) {
                #expect(line.1 == Published.features(Int(line.0) ?? 0, 2))
                found.append(line.0)
            }
            #expect(found == ["3", "7", "9", "5"] && lines.passed == lines.byteCount)
            lines.rewind()
        }
    }

    @Test func `damaged zip files are refused`() throws {
        let json = try published.fourImages()
        let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: resources + "stored.zip")))
        // A digit of an id: lengths agree, only the check sum can tell.
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: "9\t200".utf8) })
        var changed = bytes
        changed[place] = UInt8(ascii: "8")
        let path = try published.scratch.file("changed.zip", changed)
        #expect(
            try published.refusal { try published.run([path], json) }
                == "DIR/changed.zip/trainval_36/b.tsv: expected the bytes of its checksum, found others: it is damaged")
        for count in [40, bytes.count / 2, bytes.count - 1] {
            let path = try published.scratch.file("cut.zip", Array(bytes[..<count]))
            #expect(throws: InputError.self, "\(count)") { try published.run([path], json) }
        }
    }
}
