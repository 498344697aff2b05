import AsCLBase

/// What of a store's files is known: the mapped segments, which rows are live, and the row of each id.
struct StoreState: Sendable {
    private(set) var manifest: StoreManifest
    private(set) var segments: [Segment] = []
    private(set) var rowCount = 0
    /// Rows that are the newest of their id, and not deleted.
    private(set) var live = RowBits()
    /// The live row of each id.
    private(set) var rowOfID: [Int64: Int] = [:]
    /// The marks on the disk.
    private(set) var deleted = RowBits()
    /// What was left out, and why.
    private(set) var damage: Damage?

    /// Files that are damaged.
    struct Damage: Sendable {
        /// The store's, with all that it lists.
        let manifest: StoreManifest
        /// A line each: the file and the place in it.
        var lines: [String] = []
    }

    /// Reads a store.
    init(_ folder: String, _ manifest: StoreManifest) throws(InputError) {
        self.manifest = manifest
        try extend(folder, manifest, isThorough: true)
    }

    /// Reads a store without its damaged segments. Where there are any, no row counts as deleted: the marks are by the rows'
    /// numbers, which are not known any more.
    /// - Parameter known: The numbers of segments that are known to be damaged, and their lines.
    init(whole folder: String, _ manifest: StoreManifest, known: [Int: String] = [:]) throws(InputError) {
        var damaged = known
        while true {
            var rest = manifest
            rest.segments.removeAll { damaged.keys.contains($0) }
            self.manifest = rest
            (segments, rowCount, live, rowOfID, deleted) = ([], 0, RowBits(), [:], RowBits())
            do {
                if damaged.isEmpty { try readMarks(folder) }
                try extendSegments(folder, rest, isThorough: true)
                break
            } catch {
                // What the system refuses is no damage.
                guard error.systemCode == nil, let path = error.path else { throw error }
                let number = rest.segments.first { Segment.path(folder, $0).escapedForOneLine == path } ?? 0
                guard damaged.updateValue(error.damageLine, forKey: number) == nil else { throw error }
            }
        }
        guard !damaged.isEmpty else { return }
        damage = Damage(manifest: manifest, lines: damaged.sorted { $0.key < $1.key }.map(\.value))
    }

    /// Takes in what came since: marks, blocks and segments.
    /// - Parameters:
    ///   - manifest: Of the same generation; its segments begin with those that are known.
    ///   - isThorough: Whether to hold new blocks of the last segment to their digests.
    mutating func extend(_ folder: String, _ manifest: StoreManifest, isThorough: Bool) throws(InputError) {
        self.manifest = manifest
        try readMarks(folder)
        try extendSegments(folder, manifest, isThorough: isThorough)
    }

    private mutating func readMarks(_ folder: String) throws(InputError) {
        delete(try DeletionMarks.read(folder, generation: manifest.generation))
    }

    private mutating func extendSegments(
        _ folder: String, _ manifest: StoreManifest, isThorough: Bool
    ) throws(InputError) {
        for (place, number) in manifest.segments.enumerated().dropFirst(max(0, segments.count - 1)) {
            if place == segments.count {
                let path = Segment.path(folder, number)
                segments.append(try Segment(path: path, dimension: manifest.dimension, firstRow: rowCount))
            }
            let isLast = place == manifest.segments.count - 1
            // Copied out and in again, for it calls back to note its blocks.
            var segment = segments[place]
            defer { segments[place] = segment }
            try segment.extend(isOpen: isLast, isThorough: isThorough && isLast) { note($0, $1) }
        }
    }

    /// Whether a manifest is of the same store, with more or nothing in it.
    func isContinued(by manifest: StoreManifest) -> Bool {
        manifest.generation == self.manifest.generation && manifest.segments.starts(with: self.manifest.segments)
    }

    private mutating func note(_ segment: Segment, _ block: Segment.Block) {
        for (place, id) in segment.ids(block).enumerated() {
            let row = block.firstRow + place
            // Also before a row that was deleted: what it had replaced does not come back.
            if let older = rowOfID.updateValue(row, forKey: id) { live[older] = false }
            live[row] = !deleted[row]
            if deleted[row] { rowOfID[id] = nil }
        }
        rowCount += block.rows
    }

    /// Takes in marks, which only ever become more.
    mutating func delete(_ marks: RowBits) {
        for (place, word) in marks.words.enumerated() {
            var fresh = word & ~(place < deleted.words.count ? deleted.words[place] : 0)
            while fresh != 0 {
                let row = place * 64 + fresh.trailingZeroBitCount
                fresh &= fresh - 1
                // A reader may see the marks of rows that it has not yet come to.
                guard row < rowCount else { break }
                live[row] = false
                let id = self.id(of: row)
                if rowOfID[id] == row { rowOfID[id] = nil }
            }
        }
        deleted = marks
    }

    /// The same for a search, which is not to hold the table of ids: a writer would have to copy it.
    var withoutIDs: StoreState {
        var copy = self
        copy.rowOfID = [:]
        return copy
    }

    // MARK: Rows

    /// Where a row of the store lies.
    func place(of row: Int) -> (segment: Segment, block: Segment.Block, row: Int) {
        // The last that begins there: one before it may have stayed empty, after an append that failed.
        let segment = segments[last(segments.count) { segments[$0].firstRow <= row }]
        let block = segment.blocks[last(segment.blocks.count) { segment.blocks[$0].firstRow <= row }]
        return (segment, block, row - block.firstRow)
    }

    func id(of row: Int) -> Int64 {
        let (segment, block, place) = place(of: row)
        return segment.ids(block)[place]
    }

    /// The last of 0 ..< count for which `isBefore` holds, as it does for the first and all up to the one that is looked for.
    private func last(_ count: Int, _ isBefore: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if isBefore(middle) { low = middle } else { high = middle }
        }
        return low
    }
}
