import Torch

/// Regions without a detector: the cells of an even grid over any backbone's map (Jiang et al. 2020, "In Defense of
/// Grid Features for Visual Question Answering"), and the map's mean as the picture's own vector.
///
/// The picture is squashed to a square, so that the grid covers all of it.
package struct GridEncoder: PictureEncoder {
    /// `gridSize` x `gridSize` regions as wide as the map, and the picture's vector the same.
    package let shape: FeatureShape
    /// None: cells have no class.
    package let classNames: [String] = []
    private let backbone: Backbone
    private let gridSize: Int
    private let transform: PictureTransform
    private let boxes: [Float]

    /// A grid over a network's map.
    /// - Parameters:
    ///   - gridSize: Cells in each direction.
    ///   - side: The square's side in pixels; the network's own when nil. A larger one shows smaller things.
    /// - Throws: `TorchError` when one of them is out of range.
    package init(_ backbone: Backbone, gridSize: Int = 6, side: Int? = nil) throws {
        let side = side ?? backbone.name.inputSide
        guard (1...64).contains(gridSize), (32...4096).contains(side) else {
            throw TorchError(
                operation: "GridEncoder",
                reason:
                    "expected a grid of 1 to 64 cells and a side of 32 to 4096 pixels, found \(gridSize) and \(side)")
        }
        self.backbone = backbone
        self.gridSize = gridSize
        transform = PictureTransform(fit: .squash(PictureSize(width: side, height: side)))
        let channels = backbone.network.channels
        shape = FeatureShape(
            regions: gridSize * gridSize, regionDimension: channels, globalDimension: channels, hasClasses: false)
        let lines = (0...gridSize).map { Float($0) / Float(gridSize) }
        boxes = (0..<gridSize * gridSize).flatMap { cell in
            let (row, column) = cell.quotientAndRemainder(dividingBy: gridSize)
            return [lines[column], lines[row], lines[column + 1], lines[row + 1]]
        }
    }

    /// Grid, network, side and weights.
    package var identity: String {
        let size = transform.resizedSize(width: 1, height: 1)
        return "\(gridSize)x\(gridSize) grid: \(backbone.name.rawValue) squashed to \(size.width)x\(size.height)"
            + " weights \(backbone.weightsDigest)"
    }

    /// The square that every picture is squashed to.
    package func smallestUsefulSize(width: Int, height: Int) -> PictureSize {
        transform.resizedSize(width: width, height: height)
    }

    /// Features of all of them, cells row by row, in one forward pass.
    package func encode(_ pictures: [Picture]) throws -> [PictureFeatures] {
        guard !pictures.isEmpty else { return [] }
        let (cells, globals) = try inferenceMode { () throws(TorchError) in
            let map = try backbone.map(pictures, transform)
            // Cells row by row, the channels of each side by side.
            let cells = try map.averagePooled(rows: gridSize, columns: gridSize).permuted([0, 2, 3, 1])
            return (try cells.rows(), try backbone.network.pooled(map).rows())
        }
        return zip(cells, globals).map { PictureFeatures(regions: $0, global: $1, boxes: boxes) }
    }
}
