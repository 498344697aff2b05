import ArrayFiles
import AsCLBase
import Foundation

/// The array files of an import while they are written, row by row in any order.
struct ImportArrays {
    private struct Split {
        /// Nil where the file is whole already.
        let regions: NumpyMatrixWriter?
        let boxes: NumpyMatrixWriter?
        let globals: NumpyMatrixWriter?
    }

    private let splits: [Split]
    private let rowLength: Int
    private let regionCount: Int
    private let globalDimension: Int?

    /// Begins the files of a plan in `folder`, or goes on with them.
    init(
        _ plan: ImportPlan, dimension: Int, hasBoxes: Bool, globalDimension: Int?, folder: String, continuing: Bool
    ) throws(InputError) {
        regionCount = plan.regions
        rowLength = plan.regions * dimension
        self.globalDimension = globalDimension
        var splits: [Split] = []
        for split in plan.splits {
            func writer(_ suffix: String, _ rowShape: [Int]) throws(InputError) -> NumpyMatrixWriter? {
                let path = "\(folder)/\(split.name)\(suffix)"
                if continuing, FileManager.default.fileExists(atPath: path) { return nil }
                return try NumpyMatrixWriter(
                    path: path, rows: split.names.count, columns: rowShape.reduce(1, *), rowShape: rowShape,
                    isKept: true, continuing: continuing)
            }
            splits.append(
                Split(
                    regions: try writer("_ims.npy", [plan.regions, dimension]),
                    boxes: hasBoxes ? try writer("_boxes.npy", [plan.regions, 4]) : nil,
                    globals: try globalDimension.map { (size) throws(InputError) in
                        try writer("_globals.npy", [size])
                    } ?? nil))
        }
        self.splits = splits
    }

    /// Writes an image to its row.
    func write(_ regions: ImageRegions, global: [Float]?, _ row: ImportPlan.Row) throws(InputError) {
        let split = splits[row.split]
        let place = row.row..<row.row + 1
        try split.regions?.write(regions.features, rows: place, columns: 0..<rowLength)
        if let boxes = regions.boxes { try split.boxes?.write(boxes, rows: place, columns: 0..<regionCount * 4) }
        if let global { try split.globals?.write(global, rows: place, columns: 0..<(globalDimension ?? 0)) }
    }

    /// Puts what was written on the disk.
    func synchronize() throws(InputError) {
        for split in splits {
            try split.regions?.synchronize()
            try split.boxes?.synchronize()
            try split.globals?.synchronize()
        }
    }

    /// Completes the files.
    func finish() throws(InputError) {
        for split in splits {
            try split.regions?.finish()
            try split.boxes?.finish()
            try split.globals?.finish()
        }
    }
}
