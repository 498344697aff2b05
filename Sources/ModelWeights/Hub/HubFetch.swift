import ArrayFiles
package import AsCLBase
import Foundation
import PretrainedFolders

/// A pretrained model on its way from the hub into the hub's cache: first what there is, then the files.
package struct HubFetch: Sendable {
    /// What was asked for.
    package let repository: HubRepository
    /// The commit that this is.
    package let commit: String
    /// Its terms.
    package let licence: HubLicence
    /// Its files that this program reads, the weights last; none of other frameworks, and no code.
    package let files: [HubFile]
    private let client: HubClient
    private let cache: HubCache

    /// Asks the hub what there is, and reads the model's configuration. Nothing is written.
    /// - Parameter sums: SHA-256 of files, where they are known from elsewhere.
    /// - Throws: `InputError` where this program cannot read the model, with what to fetch instead.
    package init(
        _ repository: HubRepository, sums: [String: String] = [:], settings: HubSettings,
        patience: DownloadPatience = .init()
    ) throws(InputError) {
        client = HubClient(repository: repository, settings: settings, patience: patience)
        cache = HubCache(repository, in: settings.cache)
        self.repository = repository
        let card = try client.card()
        (commit, licence) = (card.commit, card.licence)
        var names = PretrainedFolder.settings.filter(card.names.contains)
        try Self.check(card, of: repository, with: client)
        let weights = try PretrainedWeights.file(among: card.names, of: repository.description)
        names += try Self.parts(of: weights, card, client) + [weights]
        var files: [HubFile] = []
        for name in names {
            let file = try client.file(name, at: commit)
            if let sum = sums[name], sum != file.tag {
                throw InputError(
                    path: "\(repository)/\(name)", place: "SHA-256", expected: sum, found: "\(file.tag) on the hub")
            }
            files.append(file)
        }
        self.files = files
    }

    /// Bytes of all files, as far as their sizes are known.
    package var byteCount: Int { files.reduce(0) { $0 + ($1.byteCount ?? 0) } }

    /// Files that are not in the cache.
    package var missing: [HubFile] { files.filter { !isThere($0) } }

    /// Bytes that are still to come: those of missing files without what an earlier fetch left of them.
    package var missingByteCount: Int {
        missing.reduce(0) { $0 + max(0, ($1.byteCount ?? 0) - unfinishedByteCount($1)) }
    }

    /// The folder that the files will be in.
    package var snapshot: String { cache.snapshot(commit) }

    /// Brings the missing files, and the folder to where they are found by the repository's name. Blocks the calling
    /// thread. What a fetch that was broken off left is continued.
    ///
    /// - Parameters:
    ///   - beforeWeights: Called once all but the weights are there, with the folder.
    ///   - progress: Called with the bytes that are there and with all, on a thread of its own.
    /// - Returns: SHA-256 of files for which the hub publishes no sum, by their names: they are held to these from now on.
    package func run(
        beforeWeights: (_ folder: String) throws -> Void = { _ in },
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> [String: String] {
        if missing.isEmpty {
            // Another user's cache may not be written to, and is as good.
            try? cache.note(commit)
            return [:]
        }
        try Folder.expectRoom(for: missingByteCount, in: cache.folder)
        try Folder.make(cache.folder + "/blobs")
        let total = byteCount
        var (done, firstSums, isChecked) = (0, [String: String](), false)
        for file in files {
            if !isChecked, !PretrainedFolder.settings.contains(file.name) {
                try beforeWeights(snapshot)
                isChecked = true
            }
            if !isThere(file) {
                let path = cache.blob(file.tag)
                try Download(
                    request: client.request(file.name, at: commit), path: path, checksum: file.checksum,
                    patience: client.patience
                ) { [done] here, _ in progress(done + here, total) }.run()
                try expectSize(file, path)
                try cache.link(file.name, of: commit, to: file.tag)
                firstSums[file.name] = Checksum.firstSum(of: path)
            }
            done += file.byteCount ?? 0
            progress(done, total)
        }
        try cache.note(commit)
        return firstSums
    }

    private func isThere(_ file: HubFile) -> Bool {
        let size = Self.size(snapshot + "/" + file.name)
        return size != nil && (file.byteCount == nil || size == file.byteCount)
    }

    private func unfinishedByteCount(_ file: HubFile) -> Int {
        Self.size(cache.blob(file.tag)) ?? PartialDownload.unfinishedByteCount(of: cache.blob(file.tag))
    }

    /// A content that another program left under its sum is taken as it is, if it has the right size.
    private func expectSize(_ file: HubFile, _ path: String) throws(InputError) {
        guard let expected = file.byteCount, let found = Self.size(path), found != expected else { return }
        throw InputError(
            path: path, place: "size", expected: "\(expected) bytes", found: "\(found); remove it and fetch again")
    }

    private static func size(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    /// Whether the configuration is one that this program reads.
    private static func check(
        _ card: HubClient.Card, of repository: HubRepository, with client: HubClient
    ) throws(InputError) {
        let name = "config.json"
        guard card.names.contains(name) else {
            throw ConfigurationFile.missing("\(repository)/\(name)", of: "a CLIP's or a SigLIP's", among: card.names)
        }
        let data = try client.contents(of: name, at: card.commit)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ascl-\(UUID().uuidString)").path
        try Folder.make(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try AtomicFile.write(data, to: folder + "/" + name)
        do throws(InputError) {
            _ = try PretrainedFolder(directory: folder)
        } catch {
            // As the user knows it.
            throw InputError(
                path: "\(repository)/\(name)", place: error.place, expected: error.expected, found: error.found)
        }
    }

    /// The files that an index of weights names.
    private static func parts(
        of weights: String, _ card: HubClient.Card, _ client: HubClient
    ) throws(InputError) -> [String] {
        guard weights.hasSuffix(".index.json") else { return [] }
        let index = try WeightsIndex(
            client.contents(of: weights, at: card.commit), path: "\(client.repository)/\(weights)")
        let names = index.parts.map { ($0.path as NSString).lastPathComponent }
        if let missing = names.first(where: { !card.names.contains($0) }) {
            throw InputError(path: index.path, place: "weight_map", expected: "files beside it", found: "no \(missing)")
        }
        return names
    }
}
