package import Torch

/// What a network wants done to a picture before it looks: a size, and channels of a certain mean and deviation.
///
/// Resizing is antialiased, on bytes, as torchvision's `Resize(antialias=True)` does it. Bilinear it is equal to that and to
/// Pillow's within one step of 255, bicubic within two. (From version 13 on Pillow takes rows before columns where a tall
/// picture is squashed, which moves a few pixels by up to 13 steps.)
package struct PictureTransform: Sendable, Equatable {
    /// How a picture gets its size.
    package enum Fit: Sendable, Equatable {
        /// To exactly this size; proportions are not kept.
        case squash(PictureSize)
        /// The shorter side gets this length, proportions are kept: torchvision's `Resize(length)`.
        case shortSide(Int)
        /// The shorter side gets this length, then a square of `crop` is cut from the middle: `CenterCrop(crop)`.
        case shortSideCropped(Int, crop: Int)
        /// The shorter side gets this length, then a part of this size is cut from the middle, or half a pixel to the left
        /// of it and above: transformers' `center_crop`.
        case shortSideCentred(Int, crop: PictureSize)
    }

    /// The order of a tensor's channels.
    package enum ChannelOrder: Sendable, Equatable {
        /// Red, green, blue: torchvision's.
        case rgb
        /// Blue, green, red: Caffe's.
        case bgr
    }

    /// How a picture gets its size.
    package var fit: Fit
    /// How its pixels are computed then.
    package var resampling: Resampling
    /// Subtracted from each channel, in the order of `channelOrder` and in units of `range`.
    package var mean: [Float]
    /// Each channel is divided by it, in the order of `channelOrder` and in units of `range`.
    package var deviation: [Float]
    /// The order of the channels.
    package var channelOrder: ChannelOrder
    /// What white is before mean and deviation, most often 1 or 255.
    package var range: Float

    /// Makes a transform; mean and deviation are by default those of torchvision's networks trained on ImageNet.
    package init(
        fit: Fit, resampling: Resampling = .bilinear, mean: [Float] = [0.485, 0.456, 0.406],
        deviation: [Float] = [0.229, 0.224, 0.225],
        channelOrder: ChannelOrder = .rgb, range: Float = 1
    ) {
        self.fit = fit
        self.resampling = resampling
        self.mean = mean
        self.deviation = deviation
        self.channelOrder = channelOrder
        self.range = range
    }

    /// The size that a picture of this size is resized to, before anything is cut off: what a decoder may shrink it
    /// for.
    package func resizedSize(width: Int, height: Int) -> PictureSize {
        switch fit {
        case .squash(let size): return size
        case .shortSide(let short), .shortSideCropped(let short, crop: _), .shortSideCentred(let short, crop: _):
            let long = max(1, short * max(width, height) / max(1, min(width, height)))
            return width <= height
                ? PictureSize(width: short, height: long) : PictureSize(width: long, height: short)
        }
    }

    /// The size at which every picture comes out; nil where it depends on the picture's own.
    package var size: PictureSize? {
        switch fit {
        case .squash(let size): size
        case .shortSide: nil
        case .shortSideCropped(_, let crop): PictureSize(width: crop, height: crop)
        case .shortSideCentred(_, let crop): crop
        }
    }

    /// What of a picture is left, in fractions of its width and its height.
    package func seenPart(width: Int, height: Int) -> (columns: ClosedRange<Float>, rows: ClosedRange<Float>) {
        let size = resizedSize(width: width, height: height)
        // What cannot be cut is an error where the picture is made ready.
        guard let (columns, rows) = try? part(of: size) else { return (0...1, 0...1) }
        func fractions(_ range: Range<Int>, of whole: Int) -> ClosedRange<Float> {
            Float(range.lowerBound) / Float(whole)...Float(range.upperBound) / Float(whole)
        }
        return (fractions(columns, of: size.width), fractions(rows, of: size.height))
    }

    /// A picture as the network takes it: float32 `[1, 3, height, width]`, channels innermost in memory.
    package func tensor(for picture: Picture) throws(TorchError) -> Tensor { try tensor(for: [picture]) }

    /// Pictures as the network takes them: float32 `[pictures, 3, height, width]`, channels innermost in memory.
    /// - Throws: `TorchError`, also when the pictures do not all come out at the same size.
    package func tensor(for pictures: [Picture]) throws(TorchError) -> Tensor {
        guard mean.count == 3, deviation.count == 3, !deviation.contains(0) else {
            throw TorchError(
                operation: "PictureTransform", reason: "expected 3 means and 3 deviations, found \(mean), \(deviation)")
        }
        return try withoutGradients { () throws(TorchError) in
            var fitted: [Tensor] = []
            for picture in pictures { try fitted.append(resized(picture)) }
            guard let shape = fitted.first?.shape, fitted.allSatisfy({ $0.shape == shape }) else {
                throw TorchError(
                    operation: "PictureTransform",
                    reason: "expected pictures that come out at one size, found \(fitted.map(\.shape))")
            }
            return try normalised(fitted.count == 1 ? fitted[0] : Tensor.concatenated(fitted))
        }
    }

    /// Bytes `[1, height, width, 3]` in the network's size and order of channels.
    private func resized(_ picture: Picture) throws(TorchError) -> Tensor {
        let size = resizedSize(width: picture.width, height: picture.height)
        let (columns, rows) = try part(of: size)
        var pixels = try picture.resized(to: size, by: resampling).sliced(1, rows).sliced(2, columns)
        if channelOrder == .bgr { pixels = try pixels.indexSelect(Tensor([2, 1, 0], shape: [3]), dimension: 3) }
        return pixels
    }

    /// What of a resized picture is left.
    private func part(of size: PictureSize) throws(TorchError) -> (columns: Range<Int>, rows: Range<Int>) {
        func middle(
            _ crop: PictureSize, _ rounding: FloatingPointRoundingRule
        ) throws(TorchError) -> (Range<Int>, Range<Int>) {
            guard (1...size.height).contains(crop.height), (1...size.width).contains(crop.width) else {
                throw TorchError(
                    operation: "PictureTransform",
                    reason: "expected a crop of at most \(size.width) x \(size.height), "
                        + "found \(crop.width) x \(crop.height)")
            }
            let left = Int((Double(size.width - crop.width) / 2).rounded(rounding))
            let top = Int((Double(size.height - crop.height) / 2).rounded(rounding))
            return (left..<left + crop.width, top..<top + crop.height)
        }
        switch fit {
        case .squash, .shortSide: return (0..<size.width, 0..<size.height)
        // To even, as Python rounds and so torchvision.
        case .shortSideCropped(_, let crop):
            return try middle(PictureSize(width: crop, height: crop), .toNearestOrEven)
        case .shortSideCentred(_, let crop): return try middle(crop, .down)
        }
    }

    /// Bytes `[pictures, height, width, 3]` as float32 `[pictures, 3, height, width]`.
    private func normalised(_ pixels: Tensor) throws(TorchError) -> Tensor {
        let shape = pixels.shape
        // (x range / 255 - mean) / deviation as one multiplication and addition, along whole rows: a loop over three
        // channels at a time would be many times slower.
        let factors = deviation.map { range / 255 / $0 }
        let offsets = zip(mean, deviation).map { -$0 / $1 }
        let row = [shape[2] * 3]
        func repeated(_ values: [Float]) throws(TorchError) -> Tensor {
            try Tensor((0..<shape[2]).flatMap { _ in values }, shape: row)
        }
        let rows = try pixels.reshaped([shape[0] * shape[1], row[0]]).to(.float32)
        return try repeated(offsets).adding(rows, times: repeated(factors)).reshaped(shape).permuted([0, 3, 1, 2])
    }
}

extension Picture {
    /// Its bytes at another size, antialiased: `[1, height, width, 3]`.
    package func resized(to size: PictureSize, by resampling: Resampling = .bilinear) throws(TorchError) -> Tensor {
        let result = pixels.withUnsafeBytes { bytes in
            Result { () throws(TorchError) in
                // Nothing that this returns shares the array's memory, so nobody has to own it.
                let pixels = try Tensor(wrapping: bytes, shape: [1, height, width, 3], dtype: .uint8, owner: Unowned())
                if size == PictureSize(width: width, height: height) { return try pixels.cloned() }
                return try pixels.permuted([0, 3, 1, 2])
                    .resampledAntialiased(height: size.height, width: size.width, by: resampling)
                    .permuted([0, 2, 3, 1])
            }
        }
        return try result.get()
    }

    private final class Unowned {}
}
