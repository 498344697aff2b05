import AsCLBase
import Foundation
import RetrievalFixtures
import Testing

@testable import RetrievalModels

@Suite struct AsCLConfigurationTests {
    static let json = """
        {"architecture": "ascl", "joint_dimension": 1024, "heads": 8, "region_dimension": 2048,
         "global_dimension": 2048, "text_dimension": 768, "local_weight": 0.8, "fusion": "sum",
         "normalize_features": false, "max_tokens": 64}
        """

    @Test func `the file of the documentation is read`() throws {
        let found = try read(Self.json)
        #expect(
            try found
                == AsCLConfiguration(
                    jointDimension: 1024, heads: 8, regionDimension: 2048, globalDimension: 2048, textDimension: 768,
                    localWeight: 0.8))
    }

    @Test(arguments: Fusion.allCases)
    func `what is written is read again`(_ fusion: Fusion) throws {
        let folder = try ScratchFolder()
        let path = folder.path + "/config.json"
        let configuration = try AsCLConfiguration(
            jointDimension: 12, heads: 3, regionDimension: 5, globalDimension: 6, textDimension: 7, localWeight: 0.25,
            fusion: fusion, normalizeFeatures: true, maxTokens: 9)
        try configuration.write(to: path)
        #expect(try AsCLConfiguration(path: path) == configuration)
    }

    @Test(arguments: [
        ("\"heads\": 8", "\"heads\": 7", "heads: expected a divisor of joint_dimension 1024, found 7"),
        ("\"heads\": 8", "\"heads\": 0", "heads: expected a divisor of joint_dimension 1024, found 0"),
        ("1024", "0", "joint_dimension: expected at least 1, found 0"),
        ("\"region_dimension\": 2048", "\"region_dimension\": -1", "region_dimension: expected at least 1, found -1"),
        ("\"global_dimension\": 2048", "\"global_dimension\": 0", "global_dimension: expected at least 1, found 0"),
        ("768", "0", "text_dimension: expected at least 1, found 0"),
        ("0.8", "1.5", "local_weight: expected a weight in 0...1, found 1.5"),
        ("0.8", "-0.1", "local_weight: expected a weight in 0...1, found -0.1"),
        ("\"max_tokens\": 64", "\"max_tokens\": 2", "max_tokens: expected at least 3, found 2"),
        ("\"ascl\"", "\"scan\"", "architecture: expected ascl, found scan"),
        (", \"heads\": 8", "", "heads: expected a valid value, found no such key"),
    ])
    func `impossible values are refused by name`(_ given: String, _ wrong: String, _ problem: String) throws {
        #expect(message(Self.json.replacingOccurrences(of: given, with: wrong)) == "DIR/config.json: \(problem)")
    }

    @Test(arguments: [
        ("\"heads\": 8", "\"heads\": \"eight\"", "heads"), ("\"sum\"", "\"product\"", "fusion"),
        ("false", "1.5", "normalize_features"), ("{", "", "file"),
    ])
    func `wrong types are refused in one line with the key`(_ given: String, _ wrong: String, _ key: String) throws {
        let line = try #require(message(Self.json.replacingOccurrences(of: given, with: wrong)))
        #expect(line.hasPrefix("DIR/config.json: \(key): expected "))
        #expect(!line.contains("\n"))
    }

    @Test func `an unknown key is refused with the known ones`() throws {
        let line = try #require(message(Self.json.replacingOccurrences(of: "heads", with: "head")))
        #expect(line.hasPrefix("DIR/config.json: head: expected one of architecture, fusion, global_dimension, heads"))
        #expect(line.contains("found an unknown key, misspelt or of a newer ascl than 0."))
    }

    @Test func `a missing file is named`() throws {
        let path = try ScratchFolder().path + "/config.json"
        #expect(
            throws: InputError(
                path: path, place: "file", expected: "a model configuration", found: "no readable file")
        ) { try AsCLConfiguration(path: path) }
    }

    private func read(_ json: String) throws -> AsCLConfiguration {
        let folder = try ScratchFolder()
        try folder.write(json, to: "config.json")
        return try AsCLConfiguration(path: folder.path + "/config.json")
    }

    /// The line that reading `json` ends in, without the folder's path; nil when it is read.
    private func message(_ json: String) -> String? {
        do {
            let folder = try ScratchFolder()
            try folder.write(json, to: "config.json")
            do {
                _ = try AsCLConfiguration(path: folder.path + "/config.json")
                return nil
            } catch {
                return "\(error)".replacingOccurrences(of: folder.path, with: "DIR")
            }
        } catch { return "\(error)" }
    }
}
