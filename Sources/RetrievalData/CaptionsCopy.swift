import AsCLBase
import Foundation

/// Karpathy's JSON on its way to a folder of features, where it makes them a data set.
package struct CaptionsCopy {
    let source: String
    /// `dataset_*.json`, as a data set's JSON has to be called.
    package let name: String

    /// Another data set's JSON in the folder is an error.
    package init(source: String, output: String) throws {
        var name = (source as NSString).lastPathComponent
        if !name.hasPrefix("dataset_") { name = "dataset_" + name }
        if !name.hasSuffix(".json") { name += ".json" }
        let others = try Self.names(in: output).filter { $0 != name }
        if let other = others.first {
            throw InputError(
                path: output, place: "content", expected: "no dataset_*.json but \(name)", found: other)
        }
        self.source = source
        self.name = name
    }

    /// Lays the copy into a folder from where it is published.
    package func copy(to folder: String) throws {
        do {
            try FileManager.default.copyItem(atPath: source, toPath: "\(folder)/\(name)")
        } catch {
            throw InputError(
                path: source, place: "copying", expected: "a readable file and room for it",
                found: error.localizedDescription)
        }
    }

    /// The data set files of a folder, sorted.
    package static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasPrefix("dataset_") && $0.hasSuffix(".json") }.sorted()
    }
}
