package import ArrayFiles
import Foundation
package import ImageEncoding

/// How one picture's features stand in a block: the rows of the files `<split>_*.npy` one after another.
package struct RecordLayout: Sendable {
    /// A file of a split and its row's place in a record.
    package struct Column: Sendable {
        /// What follows the split in the file's name.
        package let suffix: String
        /// Of its numbers.
        package let elementType: ElementType
        /// The sizes of one row: `[regions, dimension]`.
        package let rowShape: [Int]
        /// Where the row stands in a record.
        package let bytes: Range<Int>

        /// Numbers in a row.
        package var rowLength: Int { rowShape.reduce(1, *) }
    }

    /// In their order.
    package let columns: [Column]
    /// Bytes of a record.
    package let byteCount: Int

    /// Lays out features of `shape`. Parts of which a picture has no values have no column.
    package init(shape: FeatureShape, elementType: ElementType) {
        var columns: [Column] = []
        var end = 0
        func add(_ suffix: String, _ type: ElementType, _ rowShape: [Int]) {
            let start = end
            end += rowShape.reduce(type.byteCount, *)
            if end > start {
                columns.append(Column(suffix: suffix, elementType: type, rowShape: rowShape, bytes: start..<end))
            }
        }
        add("_ims.npy", elementType, [shape.regions, shape.regionDimension])
        add("_globals.npy", elementType, [shape.globalDimension])
        add("_boxes.npy", .float32, [shape.regions, 4])
        if shape.hasClasses {
            add("_classes.npy", .int32, [shape.regions])
            add("_confidences.npy", .float32, [shape.regions])
        }
        self.columns = columns
        byteCount = end
    }

    /// A part of a picture's features.
    package enum Part: String, Sendable {
        case regions = "_ims.npy"
        case global = "_globals.npy"
        case boxes = "_boxes.npy"
    }

    /// The bytes of a part of a record, for as long as `body` runs; none where pictures have no such part.
    package func withBytes<Result>(
        of part: Part, in record: PictureRecord, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        guard let column = columns.first(where: { $0.suffix == part.rawValue }) else {
            return try body(UnsafeRawBufferPointer(start: nil, count: 0))
        }
        return try record.withBytes { try body(UnsafeRawBufferPointer(rebasing: $0[column.bytes])) }
    }

    /// Whether a record is of this layout's length, and each of its features a finite number.
    package func holdsNumbers(_ record: PictureRecord) -> Bool {
        record.withBytes { bytes in
            bytes.count == byteCount
                && columns.allSatisfy { column in
                    let own = UnsafeRawBufferPointer(rebasing: bytes[column.bytes])
                    // Without the sign, infinities and what is no number are the largest.
                    switch column.elementType {
                    case .float16: return Self.largest(own, 0x7FFF as UInt16) < 0x7C00
                    case .float32: return Self.largest(own, 0x7FFF_FFFF as UInt32) < 0x7F80_0000
                    default: return true
                    }
                }
        }
    }

    private static func largest<Bits: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer, _ mask: Bits) -> Bits {
        let size = MemoryLayout<Bits>.size
        return (0..<bytes.count / size).reduce(0) { largest, place in
            max(largest, bytes.loadUnaligned(fromByteOffset: size * place, as: Bits.self) & mask)
        }
    }

    /// The picture's own vector of a record in float16.
    package func global(_ record: PictureRecord) -> [Float] {
        withBytes(of: .global, in: record) { bytes in
            (0..<bytes.count / 2).map { Float(bytes.loadUnaligned(fromByteOffset: 2 * $0, as: Float16.self)) }
        }
    }

    /// The regions' boxes: left, top, right, bottom of each, as fractions of the picture's width and height.
    package func boxes(_ record: PictureRecord) -> [Float] {
        withBytes(of: .boxes, in: record) { bytes in
            (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
    }

    /// The record of a picture of which there is a vector alone: its one region is the whole picture.
    /// - Throws: `PictureFailure` for a vector of another size, or one that is none.
    package func record(ofVector vector: [Float]) throws(PictureFailure) -> [UInt8] {
        try record(of: PictureFeatures(regions: vector, global: vector, boxes: [0, 0, 1, 1]), classCount: 0)
    }

    /// A picture's record. Refused are numbers that are not finite or that the element type cannot hold, sizes other
    /// than the shape's and classes without a name.
    func record(of features: PictureFeatures, classCount: Int) throws(PictureFailure) -> [UInt8] {
        var record: [UInt8] = []
        record.reserveCapacity(byteCount)
        for column in columns {
            switch column.suffix {
            case "_ims.npy": try append(features.regions, "regions", column, to: &record)
            case "_globals.npy": try append(features.global, "global", column, to: &record)
            case "_boxes.npy": try append(features.boxes, "boxes", column, to: &record)
            case "_confidences.npy": try append(features.confidences, "confidences", column, to: &record)
            default:
                try check(features.classes.count, "classes", column)
                if let bad = features.classes.first(where: { $0 < 0 || $0 >= classCount }) {
                    throw PictureFailure(reason: "class \(bad), of which there is no name")
                }
                features.classes.withUnsafeBytes { record.append(contentsOf: $0) }
            }
        }
        return record
    }

    private func append(
        _ values: [Float], _ part: String, _ column: Column, to record: inout [UInt8]
    ) throws(PictureFailure) {
        try check(values.count, part, column)
        let limit = column.elementType == .float16 ? Float(Float16.greatestFiniteMagnitude) : .greatestFiniteMagnitude
        // A NaN is not below the limit either.
        if let index = values.firstIndex(where: { !(abs($0) <= limit) }) {
            let value = values[index]
            let row = column.rowShape.count > 1 ? "region \(index / column.rowShape[1]), " : ""
            let place = "\(part), \(row)column \(index % (column.rowShape.last ?? 1))"
            throw PictureFailure(
                reason: value.isFinite
                    ? "\(place): \(value) is beyond float16's \(Int(limit)), use float32"
                    : "\(place): \(value) is not a finite number")
        }
        if column.elementType == .float16 {
            values.map { Float16($0) }.withUnsafeBytes { record.append(contentsOf: $0) }
        } else {
            values.withUnsafeBytes { record.append(contentsOf: $0) }
        }
    }

    private func check(_ count: Int, _ part: String, _ column: Column) throws(PictureFailure) {
        guard count == column.rowLength else {
            throw PictureFailure(reason: "the encoder gave \(count) \(part) for \(column.rowLength)")
        }
    }
}
