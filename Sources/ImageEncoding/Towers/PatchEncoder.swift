package import AsCLBase
import PretrainedFolders
package import Torch

/// A picture tower's features: patch states as regions, and the picture's vector in the space that it shares with texts.
///
/// Pictures are preprocessed as the folder's `preprocessor_config.json` says. Where that cuts off a picture's edges, so do
/// the regions.
package struct PatchEncoder: PictureEncoder {
    /// What the regions of a picture are.
    package enum Regions: Sendable, Equatable {
        /// One, the picture's vector itself: where nothing reads regions.
        case vector
        /// Patch states; their means over the cells of a `grid` x `grid` where that is given; in the common space where they
        /// are `projected`.
        case patches(grid: Int?, projected: Bool)
    }

    /// As many regions as patches, cells or one.
    package let shape: FeatureShape
    /// None: patches have no class.
    package let classNames: [String] = []
    /// What the regions are, and of which folder by its fingerprint.
    package let identity: String
    /// What of the folder is left out; a line each.
    package let notices: [String]
    private let tower: VisionTower
    private let transform: PictureTransform
    private let regions: Regions
    /// Cells in each direction.
    private let grid: Int

    /// Loads a folder's picture tower.
    /// - Parameter digests: Knows files that were read before.
    /// - Throws: `InputError` or `ParameterError` naming the file and what does not fit.
    package init(
        directory: String, regions: Regions, device: Device = .cpu, digests: inout FileDigests
    ) throws {
        let folder = try PretrainedFolder(directory: directory)
        let configuration = try folder.visionConfiguration()
        transform = try PictureTransform(directory: directory)
        let size = configuration.imageSize
        guard let seen = transform.size, seen == PictureSize(width: size, height: size) else {
            throw InputError(
                path: directory + "/preprocessor_config.json", place: "size",
                expected: "\(size) x \(size), the pictures that the tower takes (image_size)",
                found: transform.size.map { "\($0.width) x \($0.height)" } ?? "a size that follows the picture's")
        }
        let patches = configuration.gridSize
        var description = "vector"
        var (count, width) = (1, 0)
        grid = if case .patches(let grid?, _) = regions { grid } else { patches }
        if case .patches(_, let projected) = regions {
            guard (1...patches).contains(grid) else {
                throw InputError(
                    place: "patch grid", expected: "1 to \(patches), the patches of a row", found: "\(grid)")
            }
            count = grid * grid
            width = configuration.layers.width
            description = "\(grid)x\(grid) \(projected ? "projected " : "")patches"
        }
        // Before the weights are read: what is wrong with them is told by name then.
        let fingerprint = try folder.fingerprint(&digests)
        let loaded = try VisionTower.load(folder, device: device)
        (tower, notices) = (loaded.model, loaded.notices)
        switch regions {
        case .vector, .patches(_, projected: true): width = tower.projectionSize
        case .patches(_, projected: false): break
        }
        self.regions = regions
        identity = "\(description) of \(folder.family) \(fingerprint)"
        shape = FeatureShape(
            regions: count, regionDimension: width, globalDimension: tower.projectionSize, hasClasses: false)
    }

    /// What the picture is resized to.
    package func smallestUsefulSize(width: Int, height: Int) -> PictureSize {
        transform.resizedSize(width: width, height: height)
    }

    /// Features of all of them in one forward pass, regions row by row.
    package func encode(_ pictures: [Picture]) throws -> [PictureFeatures] {
        guard !pictures.isEmpty else { return [] }
        let (cells, vectors) = try inferenceMode { () throws(TorchError) in
            let pixels = try transform.tensor(for: pictures)
            guard case .patches(_, let projected) = regions else {
                let vectors = try tower.vectors(pixels).rows()
                return (vectors, vectors)
            }
            let encoded = try tower.encode(pixels)
            let states = try projected ? tower.project(patches: encoded.patches) : encoded.patches
            return (try pooled(states).rows(), try encoded.vectors.rows())
        }
        return zip(pictures, zip(cells, vectors)).map { picture, features in
            PictureFeatures(regions: features.0, global: features.1, boxes: boxes(picture))
        }
    }

    /// Means over the cells, `[pictures, patches, width]` to `[pictures, cells, width]`.
    private func pooled(_ states: Tensor) throws(TorchError) -> Tensor {
        let side = tower.configuration.gridSize
        guard grid < side else { return states }
        let (count, width) = (states.shape[0], states.shape[2])
        return try states.reshaped([count, side, side, width]).permuted([0, 3, 1, 2])
            .averagePooled(rows: grid, columns: grid).permuted([0, 2, 3, 1]).reshaped([count, grid * grid, width])
    }

    /// Where the regions are, as fractions of the whole picture.
    private func boxes(_ picture: Picture) -> [Float] {
        let (columns, rows) = transform.seenPart(width: picture.width, height: picture.height)
        guard case .patches = regions else {
            return [columns.lowerBound, rows.lowerBound, columns.upperBound, rows.upperBound]
        }
        let configuration = tower.configuration
        // What no patch covers is at the right and below.
        let covered = Float(configuration.gridSize * configuration.patchSize) / Float(configuration.imageSize)
        func line(_ index: Int, _ range: ClosedRange<Float>) -> Float {
            range.lowerBound + (range.upperBound - range.lowerBound) * covered * Float(index) / Float(grid)
        }
        return (0..<grid * grid).flatMap { cell in
            let (row, column) = cell.quotientAndRemainder(dividingBy: grid)
            return [line(column, columns), line(row, rows), line(column + 1, columns), line(row + 1, rows)]
        }
    }
}
