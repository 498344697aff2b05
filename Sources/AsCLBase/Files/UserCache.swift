import Foundation

/// The folder of the user's caches that `make setup` fills. `Package.swift` and `scripts/setup` look for it likewise.
package enum UserCache {
    /// `$XDG_CACHE_HOME/ascl`, or `.cache/ascl` in the home folder where that is unset or, against its standard, relative.
    package static func folder(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
        if let caches = environment["XDG_CACHE_HOME"], caches.hasPrefix("/") { return caches + "/ascl" }
        return NSHomeDirectory() + "/.cache/ascl"
    }
}
