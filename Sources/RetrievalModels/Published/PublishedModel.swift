import AsCLBase
package import TextEncoding
import Torch
import TorchNN

/// A system whose authors publish weights that serve here.
package enum PublishedSystem: String, Sendable, CaseIterable {
    case uniter, lightningdot, dime, soho

    /// The files that make one model. Of DIME they are two, image to text and text to image.
    package var fileCount: Int { self == .dime ? 2 : 1 }
}

/// A model of this program's, made of published weights.
package struct PublishedModel {
    /// The model.
    package let model: RetrievalModel
    /// What of the files was not taken, and what of the model the files lack; a line each.
    package let notices: [String]

    /// Translates files of published weights, safetensors or PyTorch's own, by the tables of the system.
    /// - Parameters:
    ///   - paths: As many as the system has.
    ///   - textEncoder: The BERT whose tokens the weights are of.
    /// - Throws: `InputError` or `ParameterError` naming the file and what does not fit, by the file's own names.
    package init(_ paths: [String], of system: PublishedSystem, textEncoder: TextEncoder) throws {
        switch system {
        case .uniter:
            let (source, vocabulary) = (try PublishedUNITER.tensors(paths[0]), try CutVocabulary(all: textEncoder))
            try self.init(
                PublishedUNITER.configuration(source, vocabulary),
                [PublishedUNITER.translated(source, vocabulary)], optional: PublishedUNITER.optional,
                path: source.path, textEncoder)
        case .lightningdot:
            let source = try PublishedLightningDOT.tensors(paths[0])
            let vocabulary = try CutVocabulary(all: textEncoder)
            let first = try textEncoder.tokenize([""], maxTokens: 3)[0].ids.first ?? 0
            try self.init(
                PublishedLightningDOT.configuration(source, vocabulary),
                [PublishedLightningDOT.translated(source, vocabulary, first: Int(first))],
                optional: PublishedLightningDOT.optional, path: source.path, textEncoder)
        case .soho:
            let (source, vocabulary) = (try PublishedTensors(path: paths[0]), try CutVocabulary(all: textEncoder))
            try self.init(
                PublishedSOHO.configuration(source, vocabulary),
                [TranslatedTensors(source, PublishedSOHO.rules(vocabulary))], optional: [], path: source.path,
                textEncoder)
        case .dime:
            let sources = try paths.map { try PublishedTensors(path: $0) }
            let parts = [("image_to_text", false), ("text_to_image", true)]
            let translated = try zip(sources, parts).map {
                try TranslatedTensors($0, PublishedDIME.rules($1.0, normalizesSummaries: $1.1))
            }
            try self.init(
                PublishedDIME.configuration(sources[0], textEncoder), translated, optional: [], path: paths[0],
                textEncoder)
        }
    }

    private init(
        _ configuration: any ModelConfiguration, _ parts: [TranslatedTensors], optional: [String], path: String,
        _ textEncoder: TextEncoder
    ) throws {
        try configuration.validate(path: path)
        try configuration.check(textEncoder, path: path)
        let fresh = try RetrievalModel(configuration, textEncoder: textEncoder, seed: 0)
        let shapes = fresh.parameters.dictionary.mapValues(\.shape)
        var (given, notices): ([String: Tensor], [String]) = ([:], [])
        for part in parts {
            let absent = try part.check(shapes, optional: optional)
            given.merge(part.tensors.filter { shapes[$0.key] != nil }) { $1 }
            let lines =
                part.left(besides: shapes).map { "not taken: \(Self.list($1)): \($0)" }.sorted()
                + absent.map { "\($0.dropLast()): not there, and begins afresh" }
            notices += lines.map { "\(part.fileName): \($0)" }
        }
        model = try RetrievalModel(fresh, taking: given, from: path)
        self.notices = notices
    }

    /// At most three names and how many more.
    static func list(_ names: [String]) -> String {
        let more = names.count - 3
        return names.prefix(3).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }
}

extension CutVocabulary {
    /// All tokens of an encoder.
    fileprivate init(all encoder: TextEncoder) throws {
        try self.init(of: [Array(0..<Int32(encoder.tokenizer.vocabularySize))], encoder)
    }
}
