import ArrayFiles
package import AsCLBase
import Foundation
import RetrievalData

/// Makes a data folder (docs/method.md, Files) of published region features and a Karpathy JSON: for each split
/// `_ims.npy`, `_boxes.npy` where the source has boxes, and `_ids.txt`; the JSON itself with the captions; `failed.tsv`
/// where images have no features.
///
/// What can be known without reading the features is checked first. They are then read one image at a time in their own
/// order and written to their rows, so that memory does not grow with their number; what a kill interrupts goes on.
package struct FeatureImport {
    /// How far an import has come.
    package enum Progress: Equatable {
        /// Parts of the source that were looked at, of how many: bytes of tables, files of folders.
        case looking(done: Int, total: Int)
        /// Images that were written, of how many.
        case writing(done: Int, total: Int)
    }

    /// Rows between two marks from which an interrupted import goes on.
    static let rowsPerMark = 512

    private let source: any RegionSource
    private let plan: ImportPlan
    private let output: String
    private let captionsPath: String
    private let globals: (source: RegionArrays, items: [Int])?

    /// What a user has to be told before the work, a line each.
    package let notes: [String]

    /// Images to write.
    package var count: Int { plan.rows.count }

    /// Looks through the source and decides what becomes of every image.
    /// - Parameters:
    ///   - paths: Tables, folders of a file an image, or an HDF5 or LMDB file.
    ///   - karpathy: The JSON with the images' names, splits and captions.
    ///   - regions: How many regions of an image to take; nil where all have the same number.
    ///   - globals: A folder or an LMDB of an `.npz` or `.npy` vector an image; without it there are no global features.
    ///   - output: The folder for the features, made when it is missing.
    package init(
        paths: [String], karpathy: String, regions: Int? = nil, globals: String? = nil, output: String,
        progress: (Progress) -> Void = { _ in }
    ) throws(InputError) {
        try ImportFolder.check(output)
        let file = try KarpathyFile(path: karpathy)
        source = try Self.source(paths) { progress(.looking(done: $0, total: $1)) }
        plan = try ImportPlan(source, for: file, regions: regions)
        self.output = output
        captionsPath = karpathy
        if let globals {
            let vectors = try Self.vectors(globals) { progress(.looking(done: $0, total: $1)) }
            self.globals = (vectors, try plan.items(of: vectors, for: file, folder: globals))
        } else {
            self.globals = nil
        }
        notes = plan.notes + (self.globals?.source.notes.map { "--globals: \($0)" } ?? [])
    }

    /// Does the work, or what an earlier run has left of it.
    /// - Parameters:
    ///   - progress: Called as images are written.
    ///   - isCancelled: Asked before each image; once it says so, what is done is kept and `CancellationError` thrown.
    package func run(
        progress: (Progress) -> Void = { _ in }, isCancelled: () -> Bool = { false }
    ) throws -> ImportSummary {
        let start = ContinuousClock.now
        var files = FileDigests()
        let digest = plan.digest(
            of: [source] + (globals.map { [$0.source] } ?? []), captions: try files.digest(ofFile: captionsPath))
        let folder = try ImportFolder(output, plan: digest)
        let captions = try CaptionsCopy(source: captionsPath, output: output)
        if !folder.state.isPublishing {
            if folder.state.done == 0 { try folder.checkRoom(for: plan.rows.count * rowByteCount) }
            try write(in: folder, progress: progress, isCancelled: isCancelled)
            for split in plan.splits {
                try AtomicFile.write(
                    Data(split.names.map { $0 + "\n" }.joined().utf8), to: "\(folder.workshop)/\(split.name)_ids.txt")
            }
            if !plan.failures.lines.isEmpty {
                try AtomicFile.write(Data(plan.failures.text.utf8), to: "\(folder.workshop)/\(FailureTable.name)")
            }
            try? FileManager.default.removeItem(atPath: "\(folder.workshop)/\(captions.name)")
            try captions.copy(to: folder.workshop)
        }
        try folder.publish()
        return ImportSummary(
            form: source.form, images: Dictionary(uniqueKeysWithValues: plan.splits.map { ($0.name, $0.names.count) }),
            withoutFeatures: plan.failures.lines.count, regions: plan.regions, dimension: source.dimension,
            hasBoxes: source.hasBoxes, notes: notes, seconds: (ContinuousClock.now - start) / .seconds(1))
    }

    /// Bytes of an image in all files.
    private var rowByteCount: Int {
        4 * (plan.regions * (source.dimension + (source.hasBoxes ? 4 : 0)) + (globals?.source.dimension ?? 0))
    }

    /// Writes all rows that are still to be written, and finishes the array files.
    private func write(
        in folder: ImportFolder, progress: (Progress) -> Void, isCancelled: () -> Bool
    ) throws {
        let arrays = try ImportArrays(
            plan, dimension: source.dimension, hasBoxes: source.hasBoxes, globalDimension: globals?.source.dimension,
            folder: folder.workshop, continuing: folder.state.done > 0)
        progress(.writing(done: folder.state.done, total: plan.rows.count))
        for index in folder.state.done..<plan.rows.count {
            let isCancelled = isCancelled()
            if isCancelled || index > folder.state.done && index.isMultiple(of: Self.rowsPerMark) {
                try arrays.synchronize()
                try folder.note(done: index)
            }
            if isCancelled { throw CancellationError() }
            let row = plan.rows[index]
            let regions = try source.regions(of: row.item).taking(plan.regions, dimension: source.dimension)
            try check(regions.features, row.item, of: source, "features", width: source.dimension)
            if let boxes = regions.boxes { try check(boxes, row.item, of: source, "boxes", width: 4) }
            var global: [Float]?
            if let globals {
                let vector = try globals.source.regions(of: globals.items[index]).features
                try check(vector, globals.items[index], of: globals.source, "global", width: vector.count)
                global = vector
            }
            try arrays.write(regions, global: global, row)
            progress(.writing(done: index + 1, total: plan.rows.count))
        }
        try arrays.synchronize()
        try folder.note(done: plan.rows.count)
        try arrays.finish()
    }

    /// Throws where a number is a NaN or an infinity.
    private func check(
        _ values: [Float], _ item: Int, of source: any RegionSource, _ what: String, width: Int
    ) throws(InputError) {
        let isFinite = values.withUnsafeBytes { FloatingPointBits.isFinite($0, isHalf: false) }
        guard !isFinite, let bad = values.firstIndex(where: { !$0.isFinite }) else { return }
        let (path, place) = source.place(of: item)
        throw InputError(
            path: path,
            place: (place.map { "\($0), " } ?? "")
                + "image \(source.items[item].id), \(what), region \(bad / width), column \(bad % width)",
            expected: "a finite number", found: "\(values[bad])")
    }

    private static func vectors(_ path: String, progress: (Int, Int) -> Void) throws(InputError) -> RegionArrays {
        switch PublishedFeatures(path: path) {
        case .arrays(let folder, let names):
            return try RegionArrays(
                paths: names.map { "\(folder)/\($0)" }, isOfVectors: true, progress: progress)
        case .lmdb(let path): return try RegionLMDB.vectors(path: path, progress: progress)
        default:
            throw InputError(path: path, expected: "a folder or an LMDB of .npz or .npy vectors", found: "none")
        }
    }

    private static func source(
        _ paths: [String], progress: (Int, Int) -> Void
    ) throws(InputError) -> any RegionSource {
        let expected =
            "published region features: tables of base64, zipped or not, folders of .npz or .npy files, HDF5, or LMDB"
        var (tables, arrays, single) = ([String](), [String](), [any RegionSource]())
        for path in paths {
            switch PublishedFeatures(path: path) {
            case .tables(let found): tables += found
            case .arrays(let folder, let names): arrays += names.map { "\(folder)/\($0)" }
            case .zippedTables(let found): single.append(try ZippedTables(path: found, progress: progress))
            case .hdf5(let found): single.append(try RegionHDF5(path: found, progress: progress))
            case .lmdb(let found): single.append(try RegionLMDB.source(path: found, progress: progress))
            case let other:
                let isThere = FileManager.default.fileExists(atPath: path)
                throw InputError(
                    path: path, expected: expected,
                    found: other?.advice() ?? (isThere ? "something else" : "nothing there"))
            }
        }
        switch (tables.isEmpty, arrays.isEmpty, single.count) {
        case (false, true, 0): return try RegionTables(paths: tables, progress: progress)
        case (true, false, 0): return try RegionArrays(paths: arrays, progress: progress)
        case (true, true, 1): return single[0]
        default:
            throw InputError(
                path: paths.joined(separator: ", "), expected: "files of one form, of HDF5, LMDB and zip one file",
                found: "several")
        }
    }
}
