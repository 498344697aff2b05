import Foundation

/// What tells without reading a file whether it is still the same.
enum FileIdentity {
    /// Path, size and time of the last change; the path alone where there is no such file.
    static func of(_ path: String) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return path }
        #if canImport(Darwin)
        let changed = status.st_mtimespec
        #else
        let changed = status.st_mtim
        #endif
        return "\(path) \(status.st_size) \(changed.tv_sec).\(changed.tv_nsec)"
    }
}
