import AsCLBase
import Foundation
import RetrievalData

/// The folder that imported features go to, and the hidden one within it where they are made. Files are put in place once
/// all of them are whole.
final class ImportFolder {
    /// Where files are made.
    let workshop: String
    /// How far the work is.
    private(set) var state: ImportState
    private let path: String
    private let lock: FolderLock
    private var statePath: String { workshop + "/state.json" }

    /// Takes hold of a folder, which is made when it is missing, to carry out a plan or to go on with it. A folder with
    /// features, or with the beginning of another import, is refused.
    init(_ path: String, plan: String) throws {
        self.path = path
        workshop = path + "/.import"
        guard let lock = try FolderLock(workshop, isWaiting: false) else {
            throw InputError(
                path: workshop, place: "lock", expected: "one import at a time", found: "another at work here")
        }
        self.lock = lock
        if let old = try ImportState.read(workshop + "/state.json") {
            guard old.plan == plan else {
                throw InputError(
                    path: workshop, expected: "the import that was begun, of the same files and options",
                    found: "another; remove this folder to begin anew")
            }
            state = old
            return
        }
        try Self.check(path)
        state = ImportState(plan: plan, done: 0, isPublishing: false)
    }

    /// Throws where a folder cannot be begun in: a file of its name, or one with features that no unfinished import has
    /// left. A folder that is not there can.
    static func check(_ path: String) throws(InputError) {
        let files = FileManager.default
        var isFolder: ObjCBool = false
        guard files.fileExists(atPath: path, isDirectory: &isFolder) else { return }
        guard isFolder.boolValue else {
            throw InputError(path: path, place: "creating", expected: "a folder", found: "a file of that name")
        }
        guard !files.fileExists(atPath: path + "/.import/state.json") else { return }
        let names = ((try? files.contentsOfDirectory(atPath: path)) ?? []).sorted()
        if let old = names.first(where: { $0.hasSuffix("_ims.npy") || $0 == FailureTable.name }) {
            throw InputError(
                path: path, place: "content", expected: "a folder without features", found: old.shownInOneLine)
        }
    }

    /// Remembers that so many rows are on the disk.
    func note(done: Int) throws {
        state.done = done
        try state.write(statePath)
    }

    /// Puts the finished files in place. Features are known by their `_ims.npy`, which come last: whoever looks
    /// meanwhile, or after a kill, finds no features without what belongs to them.
    func publish() throws {
        if !state.isPublishing {
            state.isPublishing = true
            try state.write(statePath)
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: workshop)
            .filter { !$0.hasPrefix(".") && $0 != "state.json" }.sorted()
        let isLast = { (name: String) in name.hasSuffix("_ims.npy") }
        for name in names.filter({ !isLast($0) }) + names.filter(isLast) {
            try AtomicFile.rename("\(workshop)/\(name)", to: "\(path)/\(name)")
        }
        try FileManager.default.removeItem(atPath: workshop)
    }

    /// Throws where the disk has no room for so many bytes.
    func checkRoom(for bytes: Int) throws(InputError) {
        try Folder.expectRoom(for: bytes, in: path)
    }
}
