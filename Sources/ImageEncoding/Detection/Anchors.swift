/// The boxes around the origin that a region proposal network moves and stretches.
enum Anchors {
    /// torchvision's: one for each ratio of height to width, of area size^2, edges rounded to even.
    static func torchvision(size: Float, ratios: [Float]) -> [Box] {
        ratios.map { ratio in
            let height = ratio.squareRoot()
            let width = 1 / height
            let x = (width * size / 2).rounded(.toNearestOrEven)
            let y = (height * size / 2).rounded(.toNearestOrEven)
            return Box(left: -x, top: -y, right: x, bottom: y)
        }
    }

    /// py-faster-rcnn's: for each ratio, the cell of `base` pixels turned into a rectangle of whole sides, then
    /// stretched by each scale about its centre.
    static func caffe(base: Double, ratios: [Double], scales: [Double]) -> [Box] {
        let centre = (base - 1) / 2
        return ratios.flatMap { ratio in
            let width = (base * base / ratio).squareRoot().rounded(.toNearestOrEven)
            let height = (width * ratio).rounded(.toNearestOrEven)
            return scales.map { scale in
                let x = (width * scale - 1) / 2
                let y = (height * scale - 1) / 2
                return Box(
                    left: Float(centre - x), top: Float(centre - y), right: Float(centre + x), bottom: Float(centre + y)
                )
            }
        }
    }
}

/// The anchors of one map, row by row, column by column, all of a place together.
struct AnchorGrid: Sendable {
    let anchors: [Box]
    let rows: Int
    let columns: Int
    /// Pixels of the picture from one place of the map to the next.
    let strideX: Int
    let strideY: Int

    var count: Int { rows * columns * anchors.count }

    subscript(_ index: Int) -> Box {
        let (place, anchor) = index.quotientAndRemainder(dividingBy: anchors.count)
        let (row, column) = place.quotientAndRemainder(dividingBy: columns)
        return anchors[anchor].shifted(Float(column * strideX), Float(row * strideY))
    }
}
