import Torch

/// The classical descriptors of the embedded data set, for any picture: a 6x6 grid of colours, silhouettes and edges
/// that needs no weights and no network. A picture is squashed to the descriptors' size; one that has it stays as it
/// is, so pictures of the embedded data set get the features that were written with them, up to their file's rounding.
package struct DescriptorEncoder: PictureEncoder {
    private let size = PictureSize(width: PictureDescriptors.side, height: PictureDescriptors.side)
    /// 36 regions of 127 values, a picture's own vector of 251.
    package let shape = FeatureShape(
        regions: PictureDescriptors.regionCount, regionDimension: PictureDescriptors.regionDimension,
        globalDimension: PictureDescriptors.globalDimension, hasClasses: false)

    /// Makes the encoder.
    package init() {}

    /// Without weights: the way the descriptors are made is all there is.
    package var identity: String { "classical descriptors of a 6x6 grid, \(size.width)x\(size.height) (version 1)" }

    /// The cells are not of any class.
    package var classNames: [String] { [] }

    /// The descriptors' size, whatever the picture's.
    package func smallestUsefulSize(width: Int, height: Int) -> PictureSize { size }

    /// Squashes and describes each picture.
    package func encode(_ pictures: [Picture]) throws -> [PictureFeatures] {
        let boxes = PictureDescriptors.boxes()
        return try pictures.map { picture in
            let descriptors = PictureDescriptors(
                Picture(width: size.width, height: size.height, pixels: try picture.resized(to: size).array()))
            return PictureFeatures(regions: descriptors.regions(), global: descriptors.global(), boxes: boxes)
        }
    }
}
