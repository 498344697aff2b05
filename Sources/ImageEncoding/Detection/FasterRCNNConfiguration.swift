/// torchvision's Faster R-CNN over a residual network with a feature pyramid.
///
/// The defaults are `fasterrcnn_resnet50_fpn` with the published COCO weights.
package struct FasterRCNNConfiguration: Sendable {
    /// Names by class number, the background first.
    package var classNames: [String] = CocoClasses.names
    /// Blocks of each of the backbone's four stages.
    package var blocks = [3, 4, 6, 3]
    /// Channels inside the first stage's blocks; every further stage doubles it.
    package var width = 64
    /// Channels of the pyramid's maps.
    package var pyramidWidth = 256
    /// Values of a region's feature, the second fully connected layer's.
    package var representation = 1024
    /// The short side of what the network sees, in pixels.
    package var shortSide = 800
    /// Its long side's limit, in pixels.
    package var longSide = 1333
    /// Added to variances in the backbone's batch norms. The published `fasterrcnn_resnet50_fpn_coco` was trained
    /// without, so torchvision sets 0 for it; it is 1e-5 for weights that torchvision trained later, or that came out
    /// of a `fasterrcnn_resnet50_fpn` built without those weights.
    package var normEpsilon = 0.0

    /// The published COCO model.
    package init() {}

    /// Proposals by level: 1000 before and after suppression at 0.7.
    var proposals: ProposalRule {
        ProposalRule(
            before: 1000, after: 1000, overlap: 0.7,
            coding: BoxCoding(weights: (shift: 1, size: 1), convention: .torchvision), dropsSmallFirst: false)
    }
}
