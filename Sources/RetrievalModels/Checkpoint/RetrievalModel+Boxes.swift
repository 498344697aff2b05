import AsCLBase
package import RetrievalData
import Torch

// Where regions are, for methods that look at it.
extension RetrievalModel {
    /// The boxes of images `[images, regions, 4]`, where the method reads them: the data's; cells of a square grid, row by
    /// row, where it has none and so many regions; else zeros.
    /// - Throws: `InputError` naming an image whose boxes are no fractions of it.
    func boxes(_ split: RetrievalSplit, _ indices: [Int]) throws -> Tensor? {
        guard configuration.readsBoxes else { return nil }
        let count = split.regionCount
        let shape = [indices.count, count, 4]
        guard split.hasBoxes else {
            guard let side = GridSide(regions: count)?.count else { return try .zeros(shape) }
            return try Tensor(Self.cells(side), shape: [1, count, 4]).expanded(shape)
        }
        var edges: [Float] = []
        for image in indices {
            let own = try split.boxes(ofImage: image)?.flatMap(\.self) ?? []
            // What rounding and detectors leave a little outside is no pixel.
            if let bad = own.first(where: { !(-0.05...1.05).contains($0) }) {
                throw InputError(
                    path: "\(split.name)_boxes.npy", place: "image \(image)",
                    expected: "edges from 0 to 1, as fractions of width and height, which "
                        + "\(configuration.method.rawValue) reads",
                    found: "\(bad)")
            }
            edges += own
        }
        return try Tensor(edges, shape: shape)
    }

    /// What has to be told of a split's boxes where the method reads them and there are none, a line.
    package func boxNotices(_ split: RetrievalSplit) -> [String] {
        guard configuration.readsBoxes, !split.hasBoxes else { return [] }
        let instead = GridSide(regions: split.regionCount).map(\.count).map {
            "the cells of a \($0) x \($0) grid serve"
        }
        return ["\(split.name): no boxes; \(instead ?? "\(split.regionCount) regions are no square grid: zeros serve")"]
    }

    private static func cells(_ side: Int) -> [Float] {
        (0..<side * side).flatMap { cell in
            let (row, column) = cell.quotientAndRemainder(dividingBy: side)
            return [column, row, column + 1, row + 1].map { Float($0) / Float(side) }
        }
    }
}
