import AsCLBase
import Foundation

/// Which patches are to be guessed: 40 % of each image's, in blocks where they are the cells of a square grid (Bao et al.: BEiT,
/// ICLR 2022), else each for itself.
enum MaskedPatches {
    /// Two fifths of an image's patches, ascending, one at least.
    static func chosen(of count: Int, _ generator: inout SeededGenerator) -> [Int] {
        let wanted = max(count * 2 / 5, 1)
        let side = Int(Double(count).squareRoot().rounded())
        var order = Array(0..<count)
        guard side * side == count, side > 1 else {
            generator.shuffle(&order)
            return order.prefix(wanted).sorted()
        }
        var chosen: Set<Int> = []
        for _ in 0..<attempts where chosen.count < wanted {
            // At least as large a part of the grid as BEiT's 16 of 196 patches; its sides' ratio from 0.3 to 1 / 0.3.
            let least = min(max(count / 12, 1), wanted - chosen.count)
            let area = Double(least) + generator.uniform() * Double(wanted - chosen.count - least)
            let ratio = exp((generator.uniform() * 2 - 1) * log(1 / 0.3))
            let height = min(max(Int((area * ratio).squareRoot().rounded()), 1), side)
            let width = min(max(Int((area / ratio).squareRoot().rounded()), 1), side)
            let (top, left) = (generator.below(side - height + 1), generator.below(side - width + 1))
            let block = (0..<height).flatMap { row in (0..<width).map { (top + row) * side + left + $0 } }
            // A block that would be too many is not taken.
            let larger = chosen.union(block)
            if larger.count <= wanted { chosen = larger }
        }
        generator.shuffle(&order)
        for patch in order where chosen.count < wanted { chosen.insert(patch) }
        return chosen.sorted()
    }

    private static let attempts = 20
}
