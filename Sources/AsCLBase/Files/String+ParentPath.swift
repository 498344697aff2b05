extension String {
    /// A path without its last component: "a" of "a/b" and of "a/b/", "/" of "/a", "" of a name alone. Foundation's
    /// `deletingLastPathComponent` ends the process on a name of one character.
    package var parentPath: String {
        func trimmed(_ path: Substring) -> Substring {
            var path = path
            while path.count > 1, path.last == "/" { path.removeLast() }
            return path
        }
        let path = trimmed(self[...])
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(trimmed(path[..<slash]))
    }
}
