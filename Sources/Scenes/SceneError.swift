/// Why scenes could not be generated or written.
public enum SceneError: Error, CustomStringConvertible, Sendable, Equatable {
    case count(split: String, found: Int)
    case noFalseCaption(scene: String)
    case occupied(path: String)
    case notScenes(path: String)
    case file(path: String, reason: String)

    /// One line: file or place, expected, found.
    public var description: String {
        switch self {
        case .count(let split, let found):
            "scenes: \(split) count: expected at least 2, found \(found)"
        case .noFalseCaption(let scene):
            "\(scene): probe: expected another scene's caption that is false of this one, found none"
        case .occupied(let path):
            "\(path): output folder: expected nothing there (or --overwrite), found something"
        case .notScenes(let path):
            "\(path): output folder: expected generated scenes (scenes.json) to overwrite, found something else"
        case .file(let path, let reason):
            "\(path): \(reason)"
        }
    }
}
