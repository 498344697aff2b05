import TextEncoding
package import Torch

extension IMRAM {
    /// S `[images, texts]`.
    ///
    /// From the second step on queries belong to a pair, `[images, texts, words, D]`, so pairs are scored in pieces of
    /// about 256 MiB of temporaries on the CPU, 2 GiB elsewhere. (While gradients are recorded, all pieces are kept.)
    package func similarity(_ images: Images, _ texts: Texts) throws(TorchError) -> Tensor {
        let (count, regions) = (images.regions.shape[0], images.regions.shape[1])
        let device = images.regions.device
        let (mostWords, room) = device == .cpu ? (1 << 9, 1 << 26) : (1 << 12, 1 << 29)
        let groups = texts.words.groups(mostWords: mostWords)
        var columns: [Tensor] = []
        for group in groups.places {
            let words = try texts.words.selecting(group).padded()
            let asQueries = try texts.asQueries?.selecting(group).padded()
            let asContexts = try texts.asContexts?.selecting(group).padded()
            // The side with more places attends to the other: about eight vectors and six rows of weights a query.
            let (fewer, more) = (min(words.rows.shape[1], regions), max(words.rows.shape[1], regions))
            let atOnce = max(room / (group.count * more * (8 * configuration.jointDimension + 6 * fewer)), 1)
            var pieces: [Tensor] = []
            for start in stride(from: 0, to: count, by: atOnce) {
                let range = start..<min(start + atOnce, count)
                pieces.append(
                    try score(images.sliced(range), words, asQueries: asQueries?.rows, asContexts: asContexts?.rows))
            }
            columns.append(try .concatenated(pieces))
        }
        return try groups.restored(columns, dimension: 1)
    }

    private func score(
        _ images: Images, _ words: PaddedTexts, asQueries: Tensor?, asContexts: Tensor?
    ) throws(TorchError) -> Tensor {
        let regions = images.regions
        var scores: [Tensor] = []
        if let textToImage, let asQueries, let keys = images.asContexts {
            scores.append(
                try textToImage.scores(
                    of: .init(vectors: words.rows, memory: asQueries, share: words.share),
                    attendingTo: .init(vectors: regions, memory: keys, share: nil)))
        }
        if let imageToText, let asContexts, let queries = images.asQueries {
            scores.append(
                try imageToText.scores(
                    of: .init(vectors: regions, memory: queries, share: nil),
                    attendingTo: .init(vectors: words.rows, memory: asContexts, share: words.share)
                ).transposed())
        }
        return try Tensor.stacked(scores).sum(0)
    }
}

extension IMRAM.Images {
    fileprivate func sliced(_ range: Range<Int>) throws(TorchError) -> Self {
        try Self(
            regions: regions.sliced(0, range), asContexts: asContexts?.sliced(0, range),
            asQueries: asQueries?.sliced(0, range))
    }
}
