import AsCLBase
import Foundation
import Testing

struct VersionTests {
    @Test func `the change log's newest heading is this version`() throws {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let log = try String(contentsOf: root.appendingPathComponent("CHANGELOG.md"), encoding: .utf8)
        let newest = try #require(log.split(separator: "\n").first { $0.hasPrefix("## [") })
        #expect(newest.hasPrefix("## [\(Version.current)]"))
    }
}
