import ArrayFiles
import AsCLBase
import Foundation

/// The array files of an import while they are written, row by row in any order.
struct ImportArrays {
    private struct Split {
        /// Nil where the file is whole already.
        let regions: NumpyMatrixWriter?
        let boxes: NumpyMatrixWriter?
    }

    private let splits: [Split]
    private let rowLength: Int
    private let regionCount: Int

    /// Begins the files of a plan in `folder`, or goes on with them.
    init(_ plan: ImportPlan, _ source: any RegionSource, folder: String, continuing: Bool) throws(InputError) {
        regionCount = plan.regions
        rowLength = plan.regions * source.dimension
        var splits: [Split] = []
        for split in plan.splits {
            func writer(_ suffix: String, width: Int) throws(InputError) -> NumpyMatrixWriter? {
                let path = "\(folder)/\(split.name)\(suffix)"
                if continuing, FileManager.default.fileExists(atPath: path) { return nil }
                return try NumpyMatrixWriter(
                    path: path, rows: split.names.count, columns: plan.regions * width,
                    rowShape: [plan.regions, width],
                    isKept: true, continuing: continuing)
            }
            splits.append(
                Split(
                    regions: try writer("_ims.npy", width: source.dimension),
                    boxes: source.hasBoxes ? try writer("_boxes.npy", width: 4) : nil))
        }
        self.splits = splits
    }

    /// Writes an image's regions to its row.
    func write(_ regions: ImageRegions, _ row: ImportPlan.Row) throws(InputError) {
        let split = splits[row.split]
        try split.regions?.write(regions.features, rows: row.row..<row.row + 1, columns: 0..<rowLength)
        if let boxes = regions.boxes {
            try split.boxes?.write(boxes, rows: row.row..<row.row + 1, columns: 0..<regionCount * 4)
        }
    }

    /// Puts what was written on the disk.
    func synchronize() throws(InputError) {
        for split in splits {
            try split.regions?.synchronize()
            try split.boxes?.synchronize()
        }
    }

    /// Completes the files.
    func finish() throws(InputError) {
        for split in splits {
            try split.regions?.finish()
            try split.boxes?.finish()
        }
    }
}
