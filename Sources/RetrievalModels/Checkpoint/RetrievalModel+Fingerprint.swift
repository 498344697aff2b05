package import AsCLBase
import Foundation

extension RetrievalModel {
    /// What tells a checkpoint's folder from any other: a digest of its configuration, its weights and its text encoder.
    /// - Parameter digests: Knows files that were read before.
    /// - Throws: `InputError` that names a file that is not there.
    package static func fingerprint(
        ofCheckpoint directory: String, _ digests: inout FileDigests
    ) throws(InputError) -> String {
        var paths = ["config.json", "model.safetensors"].map { "\(directory)/\($0)" }
        let encoder = directory + "/text_encoder"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: encoder)) ?? []
        paths += names.sorted().map { "\(encoder)/\($0)" }.filter { Folder.isFolder($0) == false }
        var whole = Digest()
        for path in paths {
            whole.add(URL(fileURLWithPath: path).lastPathComponent)
            whole.add(try digests.digest(ofFile: path))
        }
        return whole.description
    }
}
