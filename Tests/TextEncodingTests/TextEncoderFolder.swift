import AsCLBase
import Foundation

/// The real encoder that `make setup` installs: `ASCL_TEXT_ENCODER`, else `.text-encoder` at the package's root, else
/// the one in the user's cache.
func textEncoderFolder() -> String {
    if let folder = ProcessInfo.processInfo.environment["ASCL_TEXT_ENCODER"] { return folder }
    let own = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent(".text-encoder").path
    return FileManager.default.fileExists(atPath: own) ? own : UserCache.folder() + "/text-encoder"
}
