import ArrayFiles
import AsCLBase
import Foundation

/// A mapped `.npy` file of float16 or float32 features with one row an image.
struct FeatureFile: Sendable {
    let path: String
    let elementType: ElementType
    let rowCount: Int
    /// The sizes of one row: `[regions, dimension]`, or `[dimension]` of a global feature.
    let rowShape: [Int]
    let array: NumpyArray

    /// Opens a file whose dimensions are `axes`, e.g. `["images", "regions", "dimension"]`.
    init(path: String, axes: [String]) throws(InputError) {
        array = try NumpyArray(path: path)
        self.path = path
        elementType = array.elementType
        guard elementType == .float16 || elementType == .float32 else {
            throw InputError(
                path: path, place: "header", expected: "elements of float16 or float32",
                found: "\(elementType); \(NumpyArray.remedy)")
        }
        guard array.shape.count == axes.count, array.shape.allSatisfy({ $0 > 0 }) else {
            let expected = "[\(axes.joined(separator: ", "))], none of them 0"
            throw InputError(path: path, place: "shape", expected: expected, found: "\(array.shape)")
        }
        rowCount = array.shape[0]
        rowShape = Array(array.shape[1...])
    }

    /// Numbers in a row.
    var rowLength: Int { rowShape.reduce(1, *) }

    /// Bytes of all rows.
    var byteCount: Int { array.bytes.count }

    /// Writes a row as Float into `target`, which has `rowLength` places.
    func copyRow(_ row: Int, into target: UnsafeMutableBufferPointer<Float>) throws(InputError) {
        try checkRow(row)
        withRow(row) { bytes in
            if elementType == .float16 {
                FloatingPointBits.widenHalf(bytes, into: target)
            } else {
                UnsafeMutableRawBufferPointer(target).copyMemory(from: bytes)
            }
        }
    }

    /// A row as Float.
    func row(_ row: Int) throws(InputError) -> [Float] {
        let target = UnsafeMutableBufferPointer<Float>.allocate(capacity: rowLength)
        defer { target.deallocate() }
        try copyRow(row, into: target)
        return Array(target)
    }

    /// Throws where the row holds a NaN, an infinity, or a vector whose length float32 cannot hold: no score comes of it.
    /// - Returns: Whether there is anything but zeros.
    @discardableResult
    func checkRow(_ row: Int) throws(InputError) -> Bool {
        let isHalf = elementType == .float16
        let largest = withRow(row) { FloatingPointBits.largestMagnitude($0, isHalf: isHalf) }
        guard largest.isFinite else {
            let bad =
                withRow(row) { FloatingPointBits.firstNonFinite($0, isHalf: isHalf) } ?? (index: 0, value: largest)
            throw InputError(
                path: path, place: place(of: bad.index, row: row), expected: "a finite number", found: "\(bad.value)")
        }
        if !isHalf, !(largest * largest * Float(rowLength)).isFinite { try checkLengths(row) }
        return largest > 0
    }

    private func checkLengths(_ row: Int) throws(InputError) {
        let count = rowShape.last ?? 1
        let long = withRow(row) { bytes -> (index: Int, value: Float)? in
            func value(_ index: Int) -> Float { bytes.loadUnaligned(fromByteOffset: 4 * index, as: Float.self) }
            for start in stride(from: 0, to: bytes.count / 4, by: count) {
                let vector = start..<start + count
                guard !vector.reduce(Float(0), { $0 + value($1) * value($1) }).isFinite else { continue }
                return vector.max { abs(value($0)) < abs(value($1)) }.map { ($0, value($0)) }
            }
            return nil
        }
        guard let long else { return }
        throw InputError(
            path: path, place: place(of: long.index, row: row), expected: "a number whose square float32 can sum up",
            found: "\(long.value)")
    }

    private func place(of index: Int, row: Int) -> String {
        let column = "column \(index % (rowShape.last ?? 1))"
        return rowShape.count == 2
            ? "row \(row), region \(index / rowShape[1]), \(column)" : "row \(row), \(column)"
    }

    /// Whether the first `byteCount` bytes of two rows are the same.
    func rowsAreEqual(_ first: Int, _ second: Int, byteCount: Int = .max) -> Bool {
        withRow(first) { first in
            withRow(second) { second in
                guard let left = first.baseAddress, let right = second.baseAddress else { return true }
                return memcmp(left, right, min(byteCount, first.count)) == 0
            }
        }
    }

    /// Asks for a row ahead of its use.
    func prefetchRow(_ row: Int) { array.prefetch(byteRange(of: row)) }

    private func withRow<Result>(_ row: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withExtendedLifetime(array) { body(UnsafeRawBufferPointer(rebasing: array.bytes[byteRange(of: row)])) }
    }

    private func byteRange(of row: Int) -> Range<Int> {
        precondition((0..<rowCount).contains(row), "row \(row) of \(rowCount)")
        let size = rowLength * elementType.byteCount
        return row * size..<(row + 1) * size
    }
}
