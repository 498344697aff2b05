import Torch
import TorchNN

/// An image's regions as a joint encoder reads them, under the names of UNITER's embeddings:
///
///     e_k = LN( LN(W_v v_k) + LN(W_p p_k) + E_t[1] ),   p = [left, top, right, bottom, width, height, area]
///
/// A masked region has a learnt vector in place of v.
struct JointRegions: Sendable {
    private let feature, place: Linear
    private let featureNorm, placeNorm, norm: LayerNorm
    private let mask: Tensor
    private let normalizes: Bool

    /// Builds it along `img_linear`, `img_layer_norm`, `pos_linear`, `pos_layer_norm`, `LayerNorm` and `mask_embedding`.
    init(_ scope: ParameterScope, _ shape: LayeredShape) throws(TorchError) {
        let (width, from) = (shape.jointDimension, shape.regionDimension)
        feature = try Linear(scope / "img_linear", from: from, to: width)
        place = try Linear(scope / "pos_linear", from: 7, to: width)
        featureNorm = try LayerNorm(scope / "img_layer_norm", width: width, epsilon: JointEncoder.epsilon)
        placeNorm = try LayerNorm(scope / "pos_layer_norm", width: width, epsilon: JointEncoder.epsilon)
        norm = try LayerNorm(scope / "LayerNorm", width: width, epsilon: JointEncoder.epsilon)
        mask = try scope.parameter("mask_embedding", [from], .normal(0.02))
        normalizes = shape.normalizeFeatures
    }

    /// v `[images, K, R]`: the raw features as they are read.
    func features(_ images: ImageBatch) throws(TorchError) -> Tensor {
        normalizes ? try images.regions.normalized(-1) : images.regions
    }

    /// v with some rows of `[images * K]` masked.
    func masking(_ features: Tensor, at rows: Tensor) throws(TorchError) -> Tensor {
        let width = features.shape[2]
        return try features.reshaped([-1, width])
            .replacing(rows, with: mask.unsqueezed(0).expanded([rows.count, width])).reshaped(features.shape)
    }

    /// e `[images, K, H]` of v.
    /// - Parameter kind: E_t[1], `[H]`.
    func callAsFunction(
        _ features: Tensor, of images: ImageBatch, kind: Tensor, dropout: Double
    ) throws(TorchError) -> Tensor {
        let looks = try featureNorm(feature(features).to(.float32))
        let places = try placeNorm(place(images.places()).to(.float32))
        return try norm(looks + places + kind).dropped(dropout)
    }

    /// Features `[places, R]` of what is there, by the layer that regions are read with: of `[places, H]`.
    func regression(_ states: Tensor) throws(TorchError) -> Tensor { try states.matmul(feature.weight) }
}

extension ImageBatch {
    /// p of each region, `[images, K, 7]`; zeros where nothing says where it is.
    func places() throws(TorchError) -> Tensor {
        guard let boxes else {
            return try .zeros([count, regions.shape[1], 7], device: regions.device)
        }
        let size = try boxes.sliced(2, 2..<4) - boxes.sliced(2, 0..<2)
        let area = try size.sliced(2, 0..<1) * size.sliced(2, 1..<2)
        return try .concatenated([boxes, size, area], dimension: 2)
    }
}
