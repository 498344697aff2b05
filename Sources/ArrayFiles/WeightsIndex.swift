package import AsCLBase
package import Foundation

/// The index of weights that lie in several files beside it, as Hugging Face writes them
/// (`model.safetensors.index.json`, `pytorch_model.bin.index.json`).
package struct WeightsIndex: Sendable {
    /// The index's path.
    package let path: String
    /// The paths of the files, each once, in the order of their names, and the tensors that each has to hold.
    package let parts: [(path: String, names: [String])]

    private struct File: Decodable {
        let weight_map: [String: String]
    }

    /// Reads an index.
    package init(path: String) throws(InputError) {
        try self.init(MappedFile(path: path).contents(), path: path)
    }

    /// Reads an index's bytes.
    /// - Parameter path: Where they are from, or will be.
    package init(_ data: Data, path: String) throws(InputError) {
        func wrong(_ place: String, _ expected: String, _ found: String) -> InputError {
            InputError(path: path, place: place, expected: expected, found: found)
        }
        let map: [String: String]
        do {
            map = try JSONDecoder().decode(File.self, from: data).weight_map
        } catch let error as DecodingError {
            throw wrong("weight_map", "a file's name for every tensor", error.oneLine)
        } catch {
            throw wrong("weight_map", "a file's name for every tensor", "\(error)")
        }
        guard !map.isEmpty else { throw wrong("weight_map", "a file's name for every tensor", "none") }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        var parts: [(path: String, names: [String])] = []
        for (name, tensors) in Dictionary(grouping: map.keys, by: { map[$0] ?? "" }).sorted(by: { $0.key < $1.key }) {
            // An index leads nowhere but to its own folder.
            guard !name.isEmpty, !name.contains("/"), name != "." && name != ".." else {
                throw wrong("weight_map", "names of files beside it", name.shownInOneLine)
            }
            parts.append(("\(folder)/\(name)", tensors.sorted()))
        }
        self.path = path
        self.parts = parts
    }
}
