import ArrayFiles
import AsCLBase
import Foundation
import PretrainedFolders

/// One repository's part of the hub's cache, in the layout that Python's `huggingface_hub` reads and writes:
/// `models--owner--name` with `blobs` (contents, by their sums), `refs` (a branch's commit) and `snapshots` (a folder a
/// commit, of links into `blobs`).
struct HubCache: Sendable {
    let folder: String
    private let revision: String

    init(_ repository: HubRepository, in cache: String) {
        folder = cache + "/models--" + repository.name.replacing("/", with: "--")
        revision = repository.revision
    }

    /// The commit that the revision was when it was last asked for; nil where it never was.
    var commit: String? {
        if HubRepository.isCommit(revision) { return revision }
        let text = try? String(contentsOfFile: reference, encoding: .utf8)
        return text.map(\.trimmed).flatMap { HubRepository.isCommit($0) ? $0 : nil }
    }

    private var reference: String { folder + "/refs/" + revision }

    /// The folder of a commit's files.
    func snapshot(_ commit: String) -> String { folder + "/snapshots/" + commit }

    /// Where a content is, or will be.
    func blob(_ sum: String) -> String { folder + "/blobs/" + sum }

    /// The folder of the revision's files where its configuration and all its weights are there.
    var wholeSnapshot: String? {
        guard let commit else { return nil }
        let snapshot = snapshot(commit)
        return Self.isWhole(snapshot) ? snapshot : nil
    }

    /// Whether a folder has a configuration and all its weights: `fetch` brings the weights last.
    static func isWhole(_ snapshot: String) -> Bool {
        func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
        guard isThere(snapshot + "/config.json"), let weights = try? PretrainedWeights.file(in: snapshot) else {
            return false
        }
        guard weights.hasSuffix(".index.json") else { return true }
        guard let index = try? WeightsIndex(path: weights) else { return false }
        return index.parts.allSatisfy { isThere($0.path) }
    }

    /// Notes what commit the revision is.
    func note(_ commit: String) throws(InputError) {
        guard commit != revision, commit != self.commit else { return }
        try Folder.make(reference.parentPath)
        try AtomicFile.write(Data(commit.utf8), to: reference)
    }

    /// Puts a content into a commit's folder under its name, in the place of a link that leads nowhere.
    func link(_ name: String, of commit: String, to sum: String) throws(InputError) {
        let place = snapshot(commit) + "/" + name
        try Folder.make(snapshot(commit))
        let beside = place + ".\(UUID().uuidString.prefix(8)).partial"
        guard symlink("../../blobs/" + sum, beside) == 0 else {
            throw .system(place, place: "linking", expected: "a file system with symbolic links")
        }
        do throws(InputError) {
            try AtomicFile.rename(beside, to: place)
        } catch {
            unlink(beside)
            throw error
        }
    }
}
