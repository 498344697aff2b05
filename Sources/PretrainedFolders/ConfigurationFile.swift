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
            throw InputError(
                path: path, place: "file", expected: "\(model) configuration",
                found: "no readable file" + Self.hint(beside: path))
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

    /// Where the configuration is instead: downloads and the first sentence encoders have it a folder or two down.
    private static func hint(beside path: String) -> String {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        func names(in folder: String) -> [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        }
        let below = names(in: folder) + names(in: folder + "/snapshots").map { "snapshots/" + $0 }
        if let place = below.first(where: { FileManager.default.fileExists(atPath: "\(folder)/\($0)/config.json") }) {
            return "; the folder \(place) below it has one"
        }
        if below.contains("bert_config.json") {
            return ", but TensorFlow's bert_config.json: convert the checkpoint with transformers"
        }
        return below.contains("open_clip_config.json")
            ? ", but open_clip's open_clip_config.json: fetch the same model in the layout of transformers"
                + " (config.json, model.safetensors)" : ""
    }
}
