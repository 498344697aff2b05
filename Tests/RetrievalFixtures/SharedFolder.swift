import Foundation

/// Real photos, features and weights, which no checkout holds: tests that need them skip where they are not.
package enum SharedFolder {
    /// `$ASCL_SHARED`, else `shared` beside the package.
    package static let path =
        ProcessInfo.processInfo.environment["ASCL_SHARED"]
        ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared").path

    /// Features and captions of Flickr8k.
    package static let flickr8k = path + "/data/flickr8k"
    package static let hasFlickr8k = FileManager.default.fileExists(atPath: flickr8k + "/dev_ims.npy")
}
