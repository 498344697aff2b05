import TextEncoding
package import Torch

// Gradients that end at the tables, so that what pairs cost can be measured without what items do.

extension ScorableImages {
    /// The same with records that begin here.
    package func leaves() throws(TorchError) -> ScorableImages {
        switch form {
        case .fused(let images):
            try ScorableImages(form: .fused(FusedImages(parts: images.parts, tables: images.tables.leaves())))
        case .operators(let images):
            try ScorableImages(
                form: .operators(ImageBatch(regions: images.regions.leaf(), globals: images.globals.leaf())))
        }
    }
}

extension ScorableTexts {
    /// The same with records that begin here.
    package func leaves() throws(TorchError) -> ScorableTexts {
        switch form {
        case .fused(let texts):
            try ScorableTexts(
                form: .fused(
                    FusedTexts(
                        places: texts.places, packed: texts.packed, precision: texts.precision,
                        projected: texts.projected, offsets: texts.offsets, tables: texts.tables.leaves())))
        case .operators(let texts): try ScorableTexts(form: .operators(texts.replacingRows(texts.rows.leaf())))
        }
    }
}

extension [Tensor] {
    fileprivate func leaves() throws(TorchError) -> [Tensor] {
        try map { table throws(TorchError) in try table.leaf() }
    }
}

extension Tensor {
    fileprivate func leaf() throws(TorchError) -> Tensor {
        let leaf = try detached()
        try leaf.setRequiresGradient(true)
        return leaf
    }
}
