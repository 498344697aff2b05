package import Torch
package import TorchNN

/// Keys of pairs, and whose they are.
package struct PairKeys: Sendable {
    /// `[pairs, D]`, without gradients.
    package let images, texts: Tensor
    /// The image of each pair: equal numbers are one image.
    package let owners: [Int]

    /// Joins them.
    package init(images: Tensor, texts: Tensor, owners: [Int]) {
        (self.images, self.texts, self.owners) = (images, texts, owners)
    }

    /// Some of the pairs, in the order given.
    package func selecting(_ pairs: [Int]) throws(TorchError) -> PairKeys {
        let places = try Tensor(pairs, shape: [pairs.count]).to(device: images.device)
        return try PairKeys(
            images: images.indexSelect(places), texts: texts.indexSelect(places), owners: pairs.map { owners[$0] })
    }
}

/// The keys of the last pairs that were trained on, of any width: entry j of both sides is one pair, and is known by its
/// image, so that a query is not told apart from what belongs to it.
package struct PairQueue: Sendable {
    /// `[size, D]`, by entries.
    package let images, texts: Tensor
    /// int64 `[size]`: the image of each entry, -1 where none has come yet.
    private let owners: Tensor
    /// int64 `[1]`: the entry that the next pair takes, the oldest.
    private let place: Tensor

    /// An empty one.
    package init(size: Int, width: Int, device: Device = .cpu) throws(TorchError) {
        images = try .zeros([size, width], device: device)
        texts = try .zeros([size, width], device: device)
        owners = try Tensor([Int](repeating: Self.nobody, count: size), shape: [size]).to(device: device)
        place = try Tensor([0], shape: [1])
    }

    /// Entries at most.
    package var size: Int { images.shape[0] }

    /// What a training keeps, to go on from.
    package var state: ParameterSet {
        ParameterSet([("images", images), ("texts", texts), ("ids", owners), ("place", place)])
    }

    /// Takes pairs in, the oldest entries going; of more pairs than there is room for, the last.
    package func append(_ keys: PairKeys) throws(TorchError) {
        let count = min(keys.owners.count, size)
        let first = keys.owners.count - count
        let start = try Int(place.item())
        let ids = try Tensor(keys.owners, shape: [keys.owners.count]).to(device: images.device)
        try withoutGradients { () throws(TorchError) in
            // Up to the queue's end, and on from its beginning.
            let before = min(count, size - start)
            for (from, to) in [(first..<first + before, start), (first + before..<first + count, 0)] where !from.isEmpty
            {
                let entries = to..<to + from.count
                try images.sliced(0, entries).copy(from: keys.images.sliced(0, from))
                try texts.sliced(0, entries).copy(from: keys.texts.sliced(0, from))
                try owners.sliced(0, entries).copy(from: ids.sliced(0, from))
            }
            try place.fill(Double((start + count) % size))
        }
    }

    /// bool `[queries, size]`: true at entries that are no wrong partners of queries of these images, for they are the
    /// image's own or empty.
    func isLeftOut(_ queries: [Int]) throws(TorchError) -> Tensor {
        let own = try Tensor(queries, shape: [queries.count, 1]).to(device: images.device)
        return try owners.unsqueezed(0).equals(own).or(owners.equals(Double(Self.nobody)).unsqueezed(0))
    }

    private static let nobody = -1
}
