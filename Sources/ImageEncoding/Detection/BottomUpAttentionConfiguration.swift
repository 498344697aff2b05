/// The bottom-up attention extractor (Anderson et al. 2018): Faster R-CNN with the fourth stage of a ResNet-101 as its
/// map, trained on Visual Genome. The 36 regions a picture of SCAN, AsCL and many others come from it.
///
/// What is certain: everything below was checked against the authors' network definition
/// (`models/vg/ResNet-101/faster_rcnn_end2end_final/test.prototxt`), their `generate_tsv.py` and py-faster-rcnn's
/// defaults, on which they rest; parameter names against the public PyTorch conversion (MILVLG's
/// `bottom-up-attention.pytorch`, `bua-caffe-frcn-r101`), read from its code. That is:
/// - the stem's pooling has no border and rounds up; a stage's stride is in its first 1x1 convolution, and the fifth
///   stage has stride 1 and dilation 2, on 14x14 cells of RoIPool, whose mean is the feature;
/// - twelve anchors of py-faster-rcnn's rounding; boxes count both end pixels; two scores an anchor, the first half of
///   the channels for "nothing";
/// - feature and box of a region are the proposal's, not the refined box's.
///
/// What is not: published features could not be compared, for want of the weights. OpenCV decoded and resized the
/// pictures for them, so that pixels may differ by a step. When two scores tie, Caffe's order was arbitrary. Caffe put
/// no limit on how far a box may grow; here, as in the conversion, it is 1000/16-fold. The conversion drops a proposal
/// whose side equals the smallest one, Caffe keeps it, and so does this.
package struct BottomUpAttentionConfiguration: Sendable {
    /// Names by class number, the background first; the authors' `objects_vocab.txt` lists those of 1 to 1600.
    package var classNames: [String] = ["background"] + (1...1600).map { "class \($0)" }
    /// Blocks of each of the four stages.
    package var blocks = [3, 4, 23, 3]
    /// Channels inside the first stage's blocks; every further stage doubles it.
    package var width = 64
    /// Channels of the proposal network's hidden map.
    package var proposalWidth = 512
    /// The short side of what the network sees, in pixels.
    package var shortSide = 600
    /// Its long side's limit, in pixels.
    package var longSide = 1000
    /// Proposals that go into suppression, and that come out.
    package var proposalCounts = (before: 6000, after: 300)
    /// A proposal's smallest side, in the picture's own pixels.
    package var smallestSide: Float = 16
    /// Dilation of the fifth stage's 3x3 convolutions, whose stride is 1.
    package var dilation = 2
    /// Intersection over union from which suppression within a class takes two regions for one.
    package var overlap = 0.3
    /// Added to variances in batch norms, Caffe's default.
    package var normEpsilon = 1e-5

    /// The published extractor.
    package init() {}

    var proposals: ProposalRule {
        ProposalRule(
            before: proposalCounts.before, after: proposalCounts.after, overlap: 0.7,
            coding: BoxCoding(weights: (shift: 1, size: 1), convention: .caffe), dropsSmallFirst: true)
    }
}
