import AsCLBase
import Foundation

#if os(Linux)
/// Tells when something changes in folders of pictures or in the folders within, as Linux's inotify says.
///
/// What was changed is not told, only where: whoever looks finds out, and nothing is lost when the system tells too little.
package final class FolderWatch {
    private static let wanted =
        IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF
        | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK
    /// Something is written, and not whole yet.
    private static let unfinished = IN_MODIFY
    /// Other folders may be within than were.
    private static let restructured = IN_ISDIR | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT

    private let descriptor: Int32
    private let roots: [String]
    private let quiet, most: Double
    /// The roots that a watched folder lies in, by the watch's number.
    private var rootsOfWatch: [Int32: Set<String>] = [:]
    /// Roots within which other folders may be than are watched.
    private var stale = Set<String>()

    /// Watches from now on.
    /// - Parameters:
    ///   - quiet: Seconds without a change after which changes are told: a file is whole then.
    ///   - most: Seconds after which they are told all the same.
    /// - Throws: `InputError` where the system allows no more watches.
    package init(_ roots: [String], quiet: Double = 1, most: Double = 10) throws {
        descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        (self.roots, self.quiet, self.most) = (roots, quiet, most)
        guard descriptor >= 0 else {
            throw InputError(
                place: "watching", expected: "one more watcher of folders",
                found: "\(String(cString: strerror(errno))): sudo sysctl fs.inotify.max_user_instances=1024 allows more"
            )
        }
        for root in roots { try watch(root) }
    }

    deinit { close(descriptor) }

    /// Waits for changes, until they pause.
    /// - Parameter isCancelled: Asked several times a second.
    /// - Returns: The roots in which something has changed; none where it was cancelled.
    package func changes(isCancelled: () -> Bool) throws -> Set<String> {
        var changed = Set<String>()
        var (first, last, lookedAt) = (0.0, 0.0, 0.0)
        while !isCancelled() {
            var news = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            poll(&news, 1, 100)
            let now = ProcessInfo.processInfo.systemUptime
            let (touched, isBusy) = try read()
            if changed.isEmpty, !touched.isEmpty { first = now }
            if !touched.isEmpty || isBusy { last = now }
            changed.formUnion(touched)
            // A disk that is back says so to nobody.
            if now > lookedAt + 2 {
                lookedAt = now
                for root in missing where Folder.isFolder(root) == true {
                    try watch(root)
                    changed.insert(root)
                }
            }
            if !changed.isEmpty, now >= last + quiet || now >= first + most { return changed }
        }
        return []
    }

    private var missing: [String] {
        let watched = rootsOfWatch.values.reduce(into: Set<String>()) { $0.formUnion($1) }
        return roots.filter { !watched.contains($0) }
    }

    private func read() throws -> (touched: Set<String>, isBusy: Bool) {
        var touched = Set<String>()
        var isBusy = false
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while case let count = Foundation.read(descriptor, &buffer, buffer.count), count > 0 {
            for event in FolderEvent.all(buffer[..<count]) {
                guard let roots = take(event) else { continue }
                isBusy = true
                touched.formUnion(roots)
            }
        }
        // Once for all folders that came: each look goes through the whole root.
        for root in stale { try watch(root) }
        stale = []
        return (touched, isBusy)
    }

    /// Takes in what the system has to tell.
    /// - Returns: The roots that are to be looked at; none of a file that is not whole yet, nil of what is no news.
    func take(_ event: FolderEvent) -> Set<String>? {
        if event.kind & UInt32(IN_Q_OVERFLOW) != 0 {
            // Nobody knows what was left out.
            stale = Set(roots)
            return stale
        }
        guard let own = rootsOfWatch[event.watch], !event.isHidden else { return nil }
        if event.kind & UInt32(IN_IGNORED) != 0 { rootsOfWatch[event.watch] = nil }
        guard event.kind & UInt32(Self.unfinished) == 0 else { return [] }
        if event.kind & UInt32(Self.restructured) != 0 || event.isOfRules { stale.formUnion(own) }
        return own
    }

    /// Watches a root and all folders within, and none that are not there any more.
    private func watch(_ root: String) throws {
        let before = rootsOfWatch.filter { $0.value.contains(root) }.map(\.key)
        for watch in before { rootsOfWatch[watch]?.remove(root) }
        let rules = try? IgnoreRules(root: root)
        var seen = Set<Int32>()
        var folders = [""]
        while let folder = folders.popLast() {
            let path = folder.isEmpty ? root : "\(root)/\(folder)"
            let watch = inotify_add_watch(descriptor, path, UInt32(Self.wanted))
            guard watch >= 0 else {
                if errno == ENOSPC { throw Self.tooMany(root) }
                // Gone meanwhile, or not to be read: then nothing is indexed of it either.
                continue
            }
            guard seen.insert(watch).inserted else { continue }
            rootsOfWatch[watch, default: []].insert(root)
            for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] where !name.hasPrefix(".") {
                let inner = folder.isEmpty ? name : "\(folder)/\(name)"
                guard Folder.isFolder("\(root)/\(inner)") == true, rules?.ignores(inner) != true else { continue }
                folders.append(inner)
            }
        }
        for watch in before where rootsOfWatch[watch]?.isEmpty == true {
            rootsOfWatch[watch] = nil
            inotify_rm_watch(descriptor, watch)
        }
    }

    private static func tooMany(_ root: String) -> InputError {
        let limit = (try? String(contentsOfFile: "/proc/sys/fs/inotify/max_user_watches", encoding: .utf8)) ?? "?"
        return InputError(
            path: root, place: "watching",
            expected: "\(limit.trimmingCharacters(in: .whitespacesAndNewlines)) folders at most in all",
            found: "more: sudo sysctl fs.inotify.max_user_watches=1048576 allows them")
    }
}

/// One thing that inotify tells.
struct FolderEvent {
    let watch: Int32
    let kind: UInt32
    /// Of what changed within the folder; empty where it is the folder itself.
    let name: [UInt8]

    /// Nothing that is indexed: but what of a folder is not, such a file says.
    var isHidden: Bool { name.first == UInt8(ascii: ".") && !isOfRules }

    /// What says which folders are looked at.
    var isOfRules: Bool { name == Array(".asclignore".utf8) }

    /// The events of a buffer: each is a watch, a kind, a cookie and a length in 32 bits, and a name filled up with zeros.
    static func all(_ bytes: ArraySlice<UInt8>) -> [FolderEvent] {
        var events: [FolderEvent] = []
        bytes.withUnsafeBytes { bytes in
            let size = MemoryLayout<inotify_event>.size
            var place = 0
            while place + size <= bytes.count {
                func word(_ index: Int) -> UInt32 {
                    bytes.loadUnaligned(fromByteOffset: place + 4 * index, as: UInt32.self)
                }
                let end = min(bytes.count, place + size + Int(word(3)))
                events.append(
                    FolderEvent(
                        watch: Int32(bitPattern: word(0)), kind: word(1),
                        name: Array(bytes[place + size..<end].prefix { $0 != 0 })))
                place = end
            }
        }
        return events
    }
}
#else
/// Tells when something changes in folders of pictures: on Linux alone.
package final class FolderWatch {
    /// - Throws: `InputError`.
    package init(_ roots: [String]) throws {
        throw InputError(
            place: "watching", expected: "Linux, which tells of changes by inotify", found: "another system")
    }

    /// Of none.
    package func changes(isCancelled: () -> Bool) throws -> Set<String> { [] }
}
#endif
