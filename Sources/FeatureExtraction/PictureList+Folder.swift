package import AsCLBase
import Foundation
import ImageEncoding
import RetrievalData

extension PictureList {
    /// Extensions of files that are taken for pictures even where their content does not tell, in lower case: somebody
    /// thought them pictures, so what is wrong with them is told.
    package static let extensions: Set<String> = [
        "jpg", "jpeg", "jpe", "jfif", "mpo", "png", "webp", "gif", "tif", "tiff", "heic", "heif", "hif", "avif", "jxl",
        "bmp", "jp2", "tga", "dng", "nef", "cr2", "cr3", "arw", "orf", "rw2", "raf", "pef", "srw",
    ]

    /// Every picture of a folder and the folders within, named by its path from there and sorted by the bytes of that.
    /// A picture is what begins like one, whatever its name, or has a picture's extension; whether this machine can
    /// decode it does not matter: all machines list the same, and a picture that one cannot decode is told of.
    /// Hidden files and folders are left alone, as previews and trash are kept there. Links are followed; a folder
    /// that was read already, a folder that cannot be read and a link to nowhere become problems.
    package static func folder(_ path: String, split: String = "all") throws(InputError) -> PictureList {
        var walk = FolderWalk(root: path)
        try walk.run()
        let entries = walk.entries.sorted { $0.name.precedes($1.name) }
        return try PictureList(
            splits: [Split(name: split, entries: entries)], path: path, otherFiles: walk.otherFiles)
    }
}

/// Reads a tree of folders, each once.
private struct FolderWalk {
    private struct Identity: Hashable {
        let device: dev_t
        let inode: ino_t
    }

    let root: String
    private(set) var entries: [PictureList.Entry] = []
    private(set) var otherFiles: [String] = []
    private var visited: [Identity: String] = [:]
    private var folders: [String] = [""]
    /// Linked folders wait until the real ones are read, so that no picture's name goes through a link needlessly.
    private var links: [String] = []

    init(root: String) { self.root = root }

    /// Reads all folders; that the first one cannot be read is an error.
    mutating func run() throws(InputError) {
        while let folder = folders.popLast() ?? popLink() {
            do {
                try read(folder)
            } catch {
                guard !folder.isEmpty else {
                    throw InputError(
                        path: root, place: "listing", expected: "a readable folder", found: error.reason)
                }
                entries.append(.problem(name: EscapedText.escape(folder.utf8), reason: error.reason))
            }
        }
    }

    private mutating func popLink() -> String? { links.isEmpty ? nil : links.removeFirst() }

    private func path(_ name: String) -> String { name.isEmpty ? root : "\(root)/\(name)" }

    private mutating func read(_ folder: String) throws(PictureFailure) {
        guard let stream = opendir(path(folder)) else { throw .system("a folder that cannot be read") }
        defer { closedir(stream) }
        var status = stat()
        guard fstat(dirfd(stream), &status) == 0 else { throw .system("a folder that cannot be read") }
        let identity = Identity(device: status.st_dev, inode: status.st_ino)
        if let first = visited[identity] {
            let place = first.isEmpty ? "the top folder" : EscapedText.escape(first.utf8)
            throw PictureFailure(reason: "skipped: already visited as \(place)")
        }
        visited[identity] = folder
        // Within a linked folder links come in the order of their names too.
        var items: [[UInt8]] = []
        errno = 0
        while let item = readdir(stream) {
            items.append(Self.name(of: item))
            errno = 0
        }
        guard errno == 0 else { throw .system("a folder that cannot be read") }
        for item in items.sorted(by: { $0.lexicographicallyPrecedes($1) }) where item.first != UInt8(ascii: ".") {
            add((folder.isEmpty ? [] : Array(folder.utf8) + [UInt8(ascii: "/")]) + item)
        }
    }

    private static func name(of item: UnsafeMutablePointer<dirent>) -> [UInt8] {
        withUnsafeBytes(of: &item.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
    }

    private mutating func add(_ bytes: [UInt8]) {
        let entry = PictureList.entry(name: bytes) { path($0) }
        guard let name = String(validating: bytes, as: UTF8.self) else {
            entries.append(entry)
            return
        }
        var status = stat()
        guard lstat(path(name), &status) == 0 else {
            entries.append(
                .problem(name: EscapedText.escape(bytes), reason: PictureFailure.system("cannot be opened").reason))
            return
        }
        let isLink = status.st_mode & S_IFMT == S_IFLNK
        if isLink, stat(path(name), &status) != 0 {
            let reason = PictureFailure.system("a link that leads nowhere").reason
            entries.append(.problem(name: EscapedText.escape(bytes), reason: reason))
        } else if status.st_mode & S_IFMT == S_IFDIR {
            isLink ? links.append(name) : folders.append(name)
        } else if PictureList.extensions.contains((name as NSString).pathExtension.lowercased())
            || status.st_mode & S_IFMT == S_IFREG && PictureDecoder.recognises(path(name))
        {
            entries.append(entry)
        } else {
            otherFiles.append(name)
        }
    }
}
