package import AsCLBase
import Foundation
package import TorchNN

/// A `config.json` of a Hugging Face folder.
package struct ConfigurationFile {
    /// The file.
    package let path: String
    private let data: Data

    /// Reads the file.
    /// - Parameter model: Whose configuration it should be, "a BERT", for errors.
    /// - Throws: `InputError` that says where a configuration is instead, if anywhere near.
    package init(path: String, of model: String) throws(InputError) {
        guard FileManager.default.fileExists(atPath: path) else {
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
            throw Self.missing(path, of: model, among: Self.files(in: folder))
        }
        self.path = path
        data = try MappedFile(path: path).contents()
    }

    /// The file as a value.
    /// - Throws: `InputError` naming the key that has the wrong type or a value that is not supported.
    package func decoded<Value: Decodable>(_ type: Value.Type) throws(InputError) -> Value {
        func wrong(_ context: DecodingError.Context, _ otherwise: String, _ expected: String) -> InputError {
            let keys = context.codingPath.map(\.stringValue).joined(separator: ".")
            return InputError(
                path: path, place: keys.isEmpty ? otherwise : keys.shownInOneLine, expected: expected,
                found: context.debugDescription)
        }
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            throw wrong(context, "top", "another type")
        } catch DecodingError.dataCorrupted(let context) {
            throw wrong(context, "file", "a supported value")
        } catch {
            throw InputError(path: path, place: "file", expected: "JSON", found: "\(error)")
        }
    }

    /// Something impossible that it says.
    package func wrong(_ place: String, _ expected: String, _ found: String) -> InputError {
        InputError(path: path, place: place, expected: expected, found: found)
    }

    /// Holds sizes to limits, by their keys.
    package func check(sizes: [(key: String, size: Int)], most: Int = 1 << 24) throws(InputError) {
        for (key, size) in sizes {
            if size < 1 { throw wrong(key, "at least 1", "\(size)") }
            if size > most { throw wrong(key, "at most \(most)", "\(size)") }
        }
    }

    /// Holds the numbers of a transformer to what can be, by the keys that most families have.
    /// - Parameter prefix: What stands before the keys, `text_config.`.
    package func check(_ layers: TransformerConfiguration, prefix: String = "") throws(InputError) {
        try check(sizes: [
            (prefix + "hidden_size", layers.width), (prefix + "num_attention_heads", layers.headCount),
            (prefix + "intermediate_size", layers.innerWidth),
        ])
        try check(sizes: [(prefix + "num_hidden_layers", layers.layerCount)], most: 1000)
        guard layers.width % layers.headCount == 0 else {
            throw wrong(
                prefix + "num_attention_heads", "a divisor of hidden_size \(layers.width)", "\(layers.headCount)")
        }
        guard layers.epsilon >= 0, layers.epsilon.isFinite else {
            throw wrong(prefix + "layer_norm_eps", "a number of at least 0", "\(layers.epsilon)")
        }
    }

    /// Files of a folder, and of those folders where a configuration may be instead: downloads and the first sentence
    /// encoders have it a folder or two down.
    private static func files(in folder: String) -> [String] {
        func names(in folder: String) -> [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        }
        let below = names(in: folder) + names(in: folder + "/snapshots").map { "snapshots/" + $0 }
        return below
            + below.map { $0 + "/config.json" }.filter { FileManager.default.fileExists(atPath: "\(folder)/\($0)") }
    }

    /// No configuration where one should be.
    /// - Parameter names: Paths of files and folders beside it and below, by which to say where it is instead.
    package static func missing(_ path: String, of model: String, among names: [String]) -> InputError {
        let ending = "/config.json"
        let hint =
            if let place = names.first(where: { $0.hasSuffix(ending) }) {
                "; the folder \(place.dropLast(ending.count)) below it has one"
            } else if names.contains("bert_config.json") {
                ", but TensorFlow's bert_config.json: convert the checkpoint with transformers"
            } else if names.contains("open_clip_config.json") {
                ", but open_clip's open_clip_config.json: fetch the same model in the layout of transformers"
                    + " (config.json, model.safetensors)"
            } else {
                ""
            }
        return InputError(
            path: path, place: "file", expected: "\(model) configuration", found: "no readable file" + hint)
    }
}
