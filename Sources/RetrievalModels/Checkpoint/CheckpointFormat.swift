package import AsCLBase
import Foundation

/// The format of a checkpoint's folder: the number under `format` in its `config.json`.
///
/// Format 1 writes no number. Whoever changes what a checkpoint means counts on from there and writes it, so that older
/// programs refuse what they would misread, and say why.
package enum CheckpointFormat {
    /// The key in `config.json`.
    static let key = "format"
    /// The newest format that is read.
    static let newest = 1

    /// Refuses a checkpoint of a format that this program does not know.
    /// - Parameter path: Of its `config.json`. What else is wrong with the file is not told here.
    package static func check(_ path: String) throws(InputError) {
        guard let data = FileManager.default.contents(atPath: path),
            let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any], let format = object[key]
        else { return }
        guard let number = format as? Int, (1...newest).contains(number) else {
            let isNewer = (format as? Int).map { $0 > newest } ?? false
            throw InputError(
                path: path, place: key,
                expected: "\(newest), the newest format of a checkpoint that ascl \(Version.current) reads",
                found: "\(format)" + (isNewer ? ": a newer ascl wrote it, and reads it" : ""))
        }
    }
}
