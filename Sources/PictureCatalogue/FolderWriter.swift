package import AsCLBase
package import FeatureExtraction

/// Writes to an index's folder.
///
/// Features go to a store of blocks first, then the catalogue takes the pictures down in one transaction; whatever moment it
/// ends at, nothing is lost but the block in hand, and nothing is there twice.
package struct FolderWriter: IndexWriter {
    private let catalogue: Catalogue
    private let model: CatalogueModel
    private let layout: RecordLayout
    private let blocks: BlockStore
    private let vectors: VectorUpkeep
    private let lock: FolderLock
    package let shard: Shard?
    package let repairs: [String]

    /// - Parameters:
    ///   - shard: The part of the pictures that a new index is to be of. An old one stays what it is.
    ///   - checks: Whether every byte of the catalogue and of the vectors is looked at first.
    /// - Throws: `InputError` where another process is at it, or an old index is of another shard.
    package init(
        _ catalogue: Catalogue, by model: CatalogueModel, checkpoint: SearchCheckpoint? = nil, shard: Shard? = nil,
        checks: Bool = true
    ) throws {
        self.catalogue = catalogue
        lock = try catalogue.lock()
        if checks { try catalogue.check() }
        self.shard = try catalogue.setShard(shard)
        let model = try catalogue.model(like: model, checkpoint)
        self.model = model
        layout = model.layout
        blocks = try catalogue.blocks(of: model, recordSize: layout.byteCount)
        let damage = checks ? try catalogue.removeDamage(of: model) : []
        vectors = try VectorUpkeep(catalogue, model, checkpoint?.vectors)
        repairs = damage + vectors.store.repairs
        // Of a block that is damaged nothing is left, so that its pictures are to be encoded again.
        let lost = try catalogue.contents(model).filter { [blocks] in !blocks.contains($0.key) }
        try catalogue.forgetFeatures(of: lost.values, model)
    }

    package func isAnsweredByAnother() throws -> Bool {
        try catalogue.answeringModel().map { $0.identity != model.identity } ?? false
    }

    package func roots() throws -> [String] { try catalogue.roots() }

    package func files(in root: String) throws -> [PictureName: KnownFile] {
        try catalogue.files(catalogue.root(root), model)
    }

    package func contents() throws -> Set<ContentDigest> { Set(try catalogue.contents(model).keys) }

    package func write(_ outcomes: [PictureOutcome], in root: String) throws {
        var records: [(digest: ContentDigest, bytes: [UInt8])] = []
        for outcome in outcomes {
            if case .computed(let bytes) = outcome.result, let digest = outcome.digest {
                records.append((digest, bytes))
            }
        }
        try write(records, of: outcomes.map { IndexedFile($0, layout: layout) }, root)
    }

    package func write(_ files: [IndexedFile], in root: String) throws {
        var (records, seen) = ([(digest: ContentDigest, bytes: [UInt8])](), Set<ContentDigest>())
        for file in files {
            guard let vector = file.vector, let digest = file.digest, !blocks.contains(digest),
                seen.insert(digest).inserted
            else { continue }
            let own = file.features.map { $0.withBytes { Array($0) } }
            records.append((digest, try own ?? layout.record(ofVector: vector)))
        }
        try write(records, of: files, root)
    }

    /// Features first: a content that the catalogue says has some does.
    private func write(
        _ records: [(digest: ContentDigest, bytes: [UInt8])], of files: [IndexedFile], _ root: String
    ) throws {
        try blocks.append(records)
        let numbers = try catalogue.note(files, catalogue.root(root), model)
        try vectors.append(records.compactMap { record in numbers[record.digest].map { (record.digest, $0) } })
    }

    package func note(problems: [(name: String, reason: String)], in root: String) throws {
        try catalogue.note(problems: problems, catalogue.root(root))
    }

    package func setListing(_ digest: ContentDigest?, in root: String) throws {
        try catalogue.setListing(digest, catalogue.root(root))
    }

    package func forget(_ names: [PictureName], in root: String) throws {
        try catalogue.forget(names, catalogue.root(root))
    }

    package func catchUp(progress: (_ done: Int, _ total: Int) -> Void, isCancelled: () -> Bool) throws {
        let unusable = try vectors.catchUp(
            with: catalogue.contents(model), progress: progress, isCancelled: isCancelled)
        // Made anew by the next look at the folders.
        try catalogue.forgetFeatures(of: unusable, model)
    }

    package func finish(progress: (_ done: Int, _ total: Int) -> Void, isCancelled: () -> Bool) throws {
        try catchUp(progress: { _, _ in }, isCancelled: { false })
        try catalogue.answer(by: model)
        try catalogue.addLooks(progress: progress, isCancelled: isCancelled)
        try blocks.compact(keeping: Set(catalogue.contents(model).keys))
        if vectors.store.deletedShare > 0.25 { try vectors.store.compact() }
        try catalogue.removeOthers(than: model)
        try catalogue.removeThumbnailsOfNothing()
    }
}
