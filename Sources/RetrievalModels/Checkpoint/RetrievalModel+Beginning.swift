import AsCLBase
import Foundation
package import TextEncoding
package import Torch
import TorchNN

extension RetrievalModel {
    /// A model whose weights begin as a checkpoint's, by their names: one of its own training, or one that was made of published
    /// weights. What the checkpoint lacks begins afresh.
    /// - Parameters:
    ///   - configuration: The shape that is wanted. What has words of its own gets the checkpoint's besides.
    ///   - features: Whose features it is to be trained on, where that is known.
    ///   - directory: The checkpoint's folder.
    /// - Returns: What was not taken and what begins afresh besides, a line each.
    /// - Throws: An error that names what does not fit, in one line.
    package static func beginning(
        as directory: String, _ configuration: any ModelConfiguration, textEncoder: TextEncoder, features: String?,
        seed: UInt64, device: Device
    ) throws -> (model: RetrievalModel, notices: [String]) {
        let path = directory + "/config.json"
        let theirs = try ModelConfigurationFile.read(path)
        guard theirs.method == configuration.method || theirs.method.isUNITER && configuration.method.isUNITER else {
            throw InputError(
                path: path, place: "architecture", expected: "\(configuration.method.rawValue), which is to be trained",
                found: theirs.method.rawValue)
        }
        try expectShape(of: theirs, configuration, path: path)
        if let known = ModelConfigurationFile.features(path), let features, !features.contains(known) {
            throw InputError(
                path: path, place: "features", expected: "\(features), which the data has", found: known)
        }
        try theirs.check(textEncoder, path: path)
        if !theirs.readsTokens {
            // Words of other weights would mean nothing to it.
            let own = try TextEncoder(directory: directory + "/text_encoder", device: device)
            guard try own.parameters.holdsSame(as: textEncoder.parameters) else {
                throw InputError(
                    path: directory, place: "text_encoder",
                    expected: "the weights of \(textEncoder.directory), which text_encoder.path names",
                    found: "others; --set text_encoder.path=\(directory)/text_encoder takes them")
            }
        }
        var (wanted, tables) = (configuration, [String: Tensor]())
        let weights = directory + "/model.safetensors"
        let given = try TensorFiles.load(weights: weights)
        if let own = configuration as? any LayeredConfiguration, let other = theirs as? any LayeredConfiguration {
            wanted = own.joined(with: other)
        }
        let fresh = try RetrievalModel(wanted, textEncoder: textEncoder, features: features, seed: seed, device: device)
        let own = fresh.parameters.dictionary
        if let wanted = wanted as? any LayeredConfiguration, let other = theirs as? any LayeredConfiguration {
            tables = try wanted.vocabulary.rows(of: own, from: given, of: other.vocabulary)
        }
        let found = given.merging(tables) { $1 }
        // Classes are the data's: of other data they begin afresh.
        let ofData = ["heads.classes.output", "heads.tokens.output", "dictionary."]
        let isOfData = { (name: String) in ofData.contains(where: name.hasPrefix) }
        let fitting = found.filter { name, tensor in own[name].map { $0.shape == tensor.shape } ?? false }
        let problems = own.filter { name, tensor in
            found[name].map { $0.shape != tensor.shape } ?? false && !isOfData(name)
        }.map { "\($0): expected \($1.shape), found \(found[$0]?.shape ?? [])" }
        guard problems.isEmpty else { throw ParameterError(path: weights, problems: problems.sorted()) }
        let lines = [
            ("begin afresh", own.keys.filter { fitting[$0] == nil }),
            ("not taken", given.keys.filter { fitting[$0] == nil }),
        ].filter { !$0.1.isEmpty }.map { "\(directory): \($0.0): \(PublishedModel.list($0.1.sorted()))" }
        return (try RetrievalModel(fresh, taking: fitting, from: weights), lines)
    }

    /// Refuses a checkpoint of another shape, and says what to set to have it.
    private static func expectShape(
        of theirs: any ModelConfiguration, _ own: any ModelConfiguration, path: String
    ) throws {
        let settings =
            [
                "joint_dimension", "layers", "heads", "normalize_features", "fusion", "words", "direction",
            ] + (own is any LayeredConfiguration ? ["max_tokens"] : [])
        let ofData = ["region_dimension", "global_dimension", "text_dimension", "vocabulary_size"]
        let (wanted, found) = (try own.values(), try theirs.values())
        func differing(_ keys: [String]) -> [String] {
            keys.filter { key in wanted[key].map { value in found[key].map { $0 != value } ?? false } ?? false }
        }
        func list(_ keys: [String], _ values: [String: String]) -> String {
            keys.map { "\($0) \(values[$0] ?? "")" }.joined(separator: ", ")
        }
        let (shape, data) = (differing(settings), differing(ofData))
        guard shape.isEmpty else {
            let mend = shape.map { "--set model.\($0)=\(found[$0] ?? "")" }.joined(separator: " ")
            throw InputError(
                path: path, place: "shape", expected: "\(list(shape, wanted)), as the configuration says",
                found: "\(list(shape, found)); \(mend) would fit")
        }
        guard data.isEmpty else {
            throw InputError(
                path: path, place: "shape", expected: "\(list(data, wanted)), as data and text encoder have",
                found: list(data, found))
        }
    }
}

extension ModelConfiguration {
    /// What `config.json` says of simple values, as text.
    fileprivate func values() throws -> [String: String] {
        try JSONDecoder().decode([String: SimpleValue].self, from: JSONEncoder().encode(self)).compactMapValues(\.text)
    }
}

/// A value of `config.json` as text; nil for a list or an object.
private struct SimpleValue: Decodable {
    let text: String?

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let flag = try? value.decode(Bool.self) {
            text = "\(flag)"
        } else if let number = try? value.decode(Int.self) {
            text = "\(number)"
        } else if let number = try? value.decode(Double.self) {
            text = "\(number)"
        } else {
            text = try? value.decode(String.self)
        }
    }
}

extension ParameterSet {
    /// Whether another set has the same names and values.
    fileprivate func holdsSame(as other: ParameterSet) throws -> Bool {
        let (own, theirs) = (dictionary, other.dictionary)
        guard Set(own.keys) == Set(theirs.keys) else { return false }
        for (name, tensor) in own {
            guard let found = theirs[name], found.shape == tensor.shape,
                try tensor.detached().to(.float32).equals(found.detached().to(.float32)).not().to(.float32).sum().item()
                    == 0
            else { return false }
        }
        return true
    }
}

extension CutVocabulary {
    /// The tokens of both.
    func joined(with other: CutVocabulary) -> CutVocabulary {
        var joined = self
        joined.words = Set(words + other.words).sorted()
        return joined
    }

    /// Tensors that have a row a token, from another vocabulary's: rows that it lacks stay as they are.
    /// - Parameters:
    ///   - own: As they are, of this vocabulary.
    ///   - given: Of the other one.
    func rows(
        of own: [String: Tensor], from given: [String: Tensor], of other: CutVocabulary
    ) throws(TorchError) -> [String: Tensor] {
        let heads = [
            "heads.mlm.bias", "heads.correction.bias", "text.head.bias", "image.head.bias", "image.head.table",
        ]
        let names = own.keys.filter {
            $0.hasSuffix("embeddings.\(JointWords.tableName).weight") || heads.contains($0)
        }
        let theirRow = Dictionary(uniqueKeysWithValues: other.tokens.enumerated().map { ($1, $0) })
        let pairs = tokens.enumerated().compactMap { row, token in theirRow[token].map { (row, $0) } }
        var moved: [String: Tensor] = [:]
        for name in names {
            guard let table = own[name], let theirs = given[name], theirs.shape.first == other.count,
                theirs.shape.dropFirst() == table.shape.dropFirst()
            else { continue }
            let rows = try theirs.to(.float32).indexSelect(Tensor(pairs.map(\.1), shape: [pairs.count]))
                .to(device: table.device)
            moved[name] = try table.detached().replacing(
                Tensor(pairs.map(\.0), shape: [pairs.count]).to(device: table.device), with: rows)
        }
        return moved
    }
}
