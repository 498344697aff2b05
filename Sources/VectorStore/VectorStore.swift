package import AsCLBase
import CVectorScan
import Foundation
import Synchronization

/// Vectors with ids in a folder, and the nearest of them by cosine: exactly, without an index to build.
///
/// A search looks at 8-bit codes of every row, in memory as the system keeps the mapped files, and decides about the best of
/// them by float16. Appending costs what is appended; deleting sets a mark. One program writes at a time, any number read,
/// and a crash at any moment loses nothing that was reported done. May be used from several threads.
package final class VectorStore: Sendable {
    /// What a program wants of a store.
    package enum Mode: Sendable {
        /// Searching. The folder has to be a store already; what others append is seen after `refresh`.
        case reading
        /// The same, without the files that turn out to be damaged: see `damage`.
        case readingWhole
        /// Searching and changing, alone. The folder is made when it is missing.
        case writing
    }

    /// Rows at most in one vector, as the scan allows.
    package static let mostDimension = Int(VS_MOST_DIMENSION)

    package let folder: String
    /// Numbers of a vector.
    package let dimension: Int
    /// What was put right on opening, a sentence each: the end of an append that did not finish was cut off.
    package let repairs: [String]
    let threads: Int
    let settings: WriterSettings
    let skipsDamage: Bool
    let writer: Mutex<StoreWriter?>
    let state: Mutex<StoreState>

    /// Opens a store. Headers and ids of all blocks are held to their digests, and so is every byte of the last segment; the
    /// others' vectors are by `verify`.
    /// - Parameters:
    ///   - fingerprint: What the vectors are of, a model's digest for instance: vectors of another are refused.
    ///   - threads: Of one search; by default as many as the machine has cores.
    /// - Throws: `InputError` where the folder is none, belongs to other vectors, is damaged or has another writer.
    package convenience init(
        folder: String, dimension: Int, fingerprint: String, mode: Mode, threads: Int? = nil
    ) throws {
        try self.init(
            folder: folder, dimension: dimension, fingerprint: fingerprint, mode: mode, threads: threads,
            settings: WriterSettings())
    }

    init(
        folder: String, dimension: Int, fingerprint: String, mode: Mode, threads: Int? = nil, settings: WriterSettings
    ) throws {
        guard (1...Self.mostDimension).contains(dimension) else {
            throw InputError(
                path: folder, place: "dimension", expected: "1 to \(Self.mostDimension)", found: "\(dimension)")
        }
        self.folder = folder
        self.dimension = dimension
        self.threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
        self.settings = settings
        var repairs: [String] = []
        switch mode {
        case .reading, .readingWhole:
            skipsDamage = mode == .readingWhole
            state = Mutex(
                try Self.load(folder, dimension: dimension, fingerprint: fingerprint, skipsDamage: skipsDamage))
            writer = Mutex(nil)
        case .writing:
            skipsDamage = false
            let lock = try StoreWriter.lock(folder)
            if try StoreManifest.read(folder) == nil {
                try StoreManifest(dimension: dimension, fingerprint: fingerprint).write(folder)
            }
            let loaded = try Self.load(folder, dimension: dimension, fingerprint: fingerprint)
            let own = try StoreWriter(lock, folder, loaded, settings: settings, repairs: &repairs)
            state = Mutex(loaded)
            writer = Mutex(own)
        }
        self.repairs = repairs
    }

    /// Reads a store as it is now, though somebody may be compacting it.
    private static func load(
        _ folder: String, dimension: Int, fingerprint: String, skipsDamage: Bool = false
    ) throws(InputError) -> StoreState {
        var before: StoreManifest?
        while true {
            guard let manifest = try StoreManifest.read(folder) else {
                throw InputError(
                    path: folder, expected: "a vector store",
                    found: "no \(StoreManifest.name); nothing was put there yet")
            }
            try manifest.expect(dimension: dimension, fingerprint: fingerprint, folder: folder)
            do {
                return skipsDamage ? try StoreState(whole: folder, manifest) : try StoreState(folder, manifest)
            } catch {
                // A segment that went meanwhile was replaced, and a new manifest says by what.
                guard error.systemCode == ENOENT, manifest != before else { throw error }
                before = manifest
            }
        }
    }

    /// Vectors that can be found.
    package var count: Int { state.withLock { $0.rowOfID.count } }

    /// The ids that can be found.
    package var ids: Set<Int64> { state.withLock { Set($0.rowOfID.keys) } }

    /// Which share of the rows is deleted, and taken up by nothing but the scan.
    package var deletedShare: Double {
        state.withLock { $0.rowCount == 0 ? 0 : 1 - Double($0.rowOfID.count) / Double($0.rowCount) }
    }

    /// Takes in what the writer has appended, deleted or compacted since. A writer is always up to date.
    package func refresh() throws {
        guard writer.withLock({ $0 == nil }) else { return }
        guard let manifest = try StoreManifest.read(folder) else {
            throw InputError(path: folder, expected: "a vector store", found: "no \(StoreManifest.name)")
        }
        let isContinued = try state.withLock { state in
            // What is damaged is left out until it is replaced.
            if let damage = state.damage, damage.manifest == manifest { return true }
            guard state.isContinued(by: manifest) else { return false }
            do { try state.extend(folder, manifest, isThorough: true) } catch let error as InputError {
                // Compacted in between, or to be loaded without what is damaged.
                guard error.systemCode == ENOENT || skipsDamage else { throw error }
                return false
            }
            return true
        }
        if isContinued { return }
        let fingerprint = state.withLock { $0.manifest.fingerprint }
        let loaded = try Self.load(
            folder, dimension: dimension, fingerprint: fingerprint, skipsDamage: skipsDamage)
        state.withLock { $0 = loaded }
    }

    /// The unit vector of an id, as float16 keeps it; nil where there is none.
    package func vector(of id: Int64) -> [Float]? {
        state.withLock { state in
            guard let row = state.rowOfID[id] else { return nil }
            let (segment, block, place) = state.place(of: row)
            return segment.halves(block, row: place).map { Float(Float16(bitPattern: $0)) }
        }
    }

    /// Holds every byte of every segment to its digest.
    /// - Throws: `InputError` that names the first damaged file and the block in it.
    package func verify() throws(InputError) {
        for segment in state.withLock({ $0.segments }) {
            for block in segment.blocks.indices { try segment.verify(block) }
        }
    }
}
