import AsCLBase
import Foundation
import RetrievalFixtures
import Testing
import TorchNN

@testable import RetrievalModels

@Suite struct BaselineConfigurationTests {
    static let json = """
        {"architecture": "scan", "joint_dimension": 1024, "region_dimension": 2048, "global_dimension": 2049,
         "text_dimension": 768, "vocabulary_size": 30522, "max_tokens": 64, "normalize_features": false,
         "words": "gru", "direction": "image_to_text", "pooling": "average"}
        """

    @Test func `a file is read`() throws {
        let folder = try ScratchFolder()
        try folder.write(Self.json, to: "config.json")
        let expected = BaselineConfiguration(
            .scan, jointDimension: 1024, regionDimension: 2048, globalDimension: 2049, textDimension: 768,
            vocabularySize: 30522, words: .gru, direction: .imageToText, pooling: .average)
        #expect(try BaselineConfiguration(path: folder.path + "/config.json") == expected)
        #expect(expected.method == .scan && expected.readsTokens)
    }

    @Test(arguments: Method.allCases.filter(\.isBaseline))
    func `what is written is read again and can be built`(_ method: Method) throws {
        let folder = try ScratchFolder()
        let path = folder.path + "/config.json"
        let configuration = BaselineConfiguration(
            method, jointDimension: 16, regionDimension: 5, globalDimension: 6, textDimension: 7, vocabularySize: 30,
            maxTokens: 9, normalizeFeatures: true, direction: .both, pooling: .average,
            lexicon: method == .lexicon ? [0, 4, 29] : nil)
        try configuration.write(to: path)
        let read = try BaselineConfiguration(path: path)
        #expect(read == configuration)
        let (scorer, parameters) = try ParameterStore.initialize(seed: 1) { try read.build($0) }
        #expect(scorer.modelConfiguration.method == method)
        #expect(parameters.valueCount > 0)
    }

    @Test(arguments: Method.allCases.filter(\.isBaseline), BaselineConfiguration.Words.allCases)
    func `image layers begin as in the authors' programs`(
        _ method: Method, _ words: BaselineConfiguration.Words
    ) throws {
        let isXavier = [.vse, .scan, .imram].contains(method) || (method == .dsran && words == .gru)
        let configuration = BaselineConfiguration(
            method, jointDimension: 16, regionDimension: 50, globalDimension: 50, textDimension: 7, vocabularySize: 30,
            words: words)
        let parameters = try ParameterStore.initialize(seed: 1) { try configuration.build($0) }.parameters.dictionary
        let name = try #require(
            ["image.region", "image.global", "text_to_image.image.region"].first { parameters[$0 + ".weight"] != nil })
        let weights = try #require(parameters[name + ".weight"]).array(Float.self)
        let bound = isXavier ? Float(6.0 / 66).squareRoot() : Float(1.0 / 50).squareRoot()
        let greatest = try #require(weights.map(abs).max())
        #expect(greatest <= bound && greatest > 0.98 * bound)
        #expect(try #require(parameters[name + ".bias"]).array(Float.self).allSatisfy { $0 == 0 } == isXavier)
    }

    @Test(arguments: [
        ("1024", "0", "joint_dimension: expected at least 1, found 0"),
        (
            "{\"architecture\": \"scan\", \"joint_dimension\": 1024",
            "{\"architecture\": \"dsran\", \"joint_dimension\": 12",
            "joint_dimension: expected a multiple of 8 for dsran, found 12"
        ),
        (
            "\"scan\"", "\"ascl\"",
            "architecture: expected one of vse++, scan, imram, dsran, dime, dual_encoder, lexicon, found ascl"
        ),
        ("2048", "-1", "region_dimension: expected at least 1, found -1"),
        ("2049", "0", "global_dimension: expected at least 1, found 0"),
        ("768", "0", "text_dimension: expected at least 1, found 0"),
        ("30522", "0", "vocabulary_size: expected 1 to 16777216 tokens, found 0"),
        ("30522", "16777217", "vocabulary_size: expected 1 to 16777216 tokens, found 16777217"),
        ("\"max_tokens\": 64", "\"max_tokens\": 2", "max_tokens: expected at least 3, found 2"),
        ("\"scan\"", "\"dual_encoder\"", "words: expected encoder for dual_encoder, found gru"),
        ("\"scan\"", "\"lexicon\"", "words: expected encoder for lexicon, found gru"),
        ("{", "{\"lexicon\": [1], ", "lexicon: expected no such key for scan, found 1 tokens"),
        ("\"pooling\": \"average\"", "\"lexicon\": null", "pooling: expected a valid value, found no such key"),
    ])
    func `impossible values are refused by name`(_ given: String, _ wrong: String, _ problem: String) throws {
        #expect(try message(Self.json.replacingOccurrences(of: given, with: wrong)) == "DIR/config.json: \(problem)")
    }

    @Test(arguments: [("[]", "none"), ("[2, 2]", "unordered ones"), ("[3, 30522]", "others"), ("[-1]", "others")])
    func `an impossible lexicon is refused`(_ lexicon: String, _ found: String) throws {
        let json = Self.json.replacingOccurrences(of: "scan", with: "lexicon")
            .replacingOccurrences(of: "gru", with: "encoder")
            .replacingOccurrences(of: "{", with: "{\"lexicon\": \(lexicon), ")
        let expected = "ascending tokens below vocabulary_size 30522"
        #expect(try message(json) == "DIR/config.json: lexicon: expected \(expected), found \(found)")
    }

    @Test(arguments: [
        ("1024", "\"wide\"", "joint_dimension"), ("\"gru\"", "\"lstm\"", "words"),
        ("\"image_to_text\"", "\"up\"", "direction"), ("\"average\"", "\"max\"", "pooling"),
        ("\"scan\"", "\"clip\"", "architecture"), ("false", "1.5", "normalize_features"), ("{", "", "file"),
    ])
    func `wrong types are refused in one line with the key`(_ given: String, _ wrong: String, _ key: String) throws {
        let line = try #require(try message(Self.json.replacingOccurrences(of: given, with: wrong)))
        #expect(line.hasPrefix("DIR/config.json: \(key): expected "))
        #expect(!line.contains("\n"))
    }

    @Test func `an unknown key is refused with the known ones`() throws {
        let line = try #require(try message(Self.json.replacingOccurrences(of: "pooling", with: "heads")))
        #expect(line.hasPrefix("DIR/config.json: heads: expected one of architecture, direction, global_dimension"))
        #expect(line.contains("found an unknown key, misspelt or of a newer ascl than 0."))
    }

    @Test func `a missing file is named`() throws {
        let path = try ScratchFolder().path + "/config.json"
        #expect(
            throws: InputError(
                path: path, place: "file", expected: "a model configuration", found: "no readable file")
        ) { try BaselineConfiguration(path: path) }
    }

    /// The line that reading `json` ends in, without the folder's path; nil when it is read.
    private func message(_ json: String) throws -> String? {
        let folder = try ScratchFolder()
        try folder.write(json, to: "config.json")
        do {
            _ = try BaselineConfiguration(path: folder.path + "/config.json")
            return nil
        } catch {
            return "\(error)".replacingOccurrences(of: folder.path, with: "DIR")
        }
    }
}
