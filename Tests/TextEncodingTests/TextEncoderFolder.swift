import Foundation

/// The real encoder that `make setup` installs: `ASCL_TEXT_ENCODER`, else the link `.text-encoder` at the package's root.
func textEncoderFolder() -> String {
    if let folder = ProcessInfo.processInfo.environment["ASCL_TEXT_ENCODER"] { return folder }
    return URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent(".text-encoder").path
}
