import AsCLBase
import Foundation

extension TextEncoder {
    /// The folder that a configuration's path means: the path itself, except that `.text-encoder`, the encoder that
    /// `make setup` installs, is looked for in the working folder, then where `make install` puts it beside the program,
    /// then in the user's cache.
    /// - Parameters:
    ///   - standard: The path that is looked for.
    ///   - program: The running program's file, or a link to it.
    ///   - cache: The user's cache.
    /// - Throws: `InputError` naming every place where the standard encoder is not.
    package static func find(
        _ path: String, standard: String = ".text-encoder", program: String? = Bundle.main.executablePath,
        cache: String = UserCache.folder()
    ) throws -> String {
        guard path == standard else { return path }
        var others = [cache + "/text-encoder"]
        if let program {
            let bin = URL(fileURLWithPath: program).resolvingSymlinksInPath().deletingLastPathComponent()
            others.insert(bin.deletingLastPathComponent().path + "/share/ascl/text-encoder", at: 0)
        }
        if let place = ([path] + others).first(where: { FileManager.default.fileExists(atPath: $0) }) { return place }
        throw InputError(
            path: path, expected: "the text encoder in this folder, in \(others.joined(separator: " or in "))",
            found: "none: run `make setup`, or name a folder with a Hugging Face BERT (text_encoder.path)")
    }
}
