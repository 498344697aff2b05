package import Torch

/// Images as the model takes and makes them: raw features before the projection, joint ones after it.
package struct ImageBatch: Sendable {
    /// `[images, regions, width]`.
    package let regions: Tensor
    /// `[images, width of globals]`.
    package let globals: Tensor
    /// `[images, regions, 4]`: left, top, right, bottom as fractions of the picture; nil where the method reads none.
    package let boxes: Tensor?
    /// What is written in them; nil where nothing is, or the method does not read it.
    package let sceneTexts: SceneTexts?

    /// The number of images.
    package var count: Int { regions.shape[0] }

    /// Joins regions, globals and boxes.
    /// - Throws: `TorchError` when they are not of the same images.
    package init(
        regions: Tensor, globals: Tensor, boxes: Tensor? = nil, sceneTexts: SceneTexts? = nil
    ) throws(TorchError) {
        let (of, one) = (regions.shape, globals.shape)
        guard of.count == 3, one.count == 2, of[0] == one[0], of[1] > 0,
            boxes?.shape ?? [of[0], of[1], 4] == [of[0], of[1], 4],
            sceneTexts?.images.last ?? 0 < of[0]
        else {
            throw TorchError(
                operation: "ImageBatch(\(of), \(one))",
                reason:
                    "expected [images, regions, width], [images, width] and four edges a region, all of the same images"
            )
        }
        self.regions = regions
        self.globals = globals
        self.boxes = boxes
        self.sceneTexts = sceneTexts
    }

    /// Some of the images, in the order given.
    func selecting(_ images: [Int]) throws(TorchError) -> ImageBatch {
        let places = try Tensor(images, shape: [images.count]).to(device: regions.device)
        return try ImageBatch(
            regions: regions.indexSelect(places), globals: globals.indexSelect(places),
            boxes: boxes?.indexSelect(places), sceneTexts: sceneTexts?.selecting(images))
    }

    /// The same without a gradient.
    func detached() throws(TorchError) -> ImageBatch {
        try ImageBatch(
            regions: regions.detached(), globals: globals.detached(), boxes: boxes,
            sceneTexts: sceneTexts)
    }
}
