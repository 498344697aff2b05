import Torch

/// A picture as a detector's network takes it.
struct DetectorInput {
    /// `[1, 3, height, width]` and, below and to the right, zeros up to what the network needs.
    let tensor: Tensor
    /// Of the picture within `tensor`.
    let size: PictureSize

    /// The whole picture as a region.
    func whole(_ convention: BoxConvention) -> Box {
        Box(
            left: 0, top: 0, right: Float(size.width) - convention.extent,
            bottom: Float(size.height) - convention.extent)
    }
}

/// How a detector prepares a picture: (x - mean) / deviation a channel, then resized without antialiasing so that the
/// short side has one length, or the long side the other where it would exceed that.
struct DetectorPreprocessing: Sendable {
    /// torchvision works on 0...1 and rounds the size down, Caffe's detectors on 0...255 in the order blue, green, red
    /// and round to even.
    let convention: BoxConvention
    let shortSide: Int
    let longSide: Int
    /// In the order of the network's channels.
    let means: [Float]
    let deviations: [Float]
    /// Height and width become multiples of this.
    let multiple: Int

    static func torchvision(shortSide: Int, longSide: Int) -> DetectorPreprocessing {
        DetectorPreprocessing(
            convention: .torchvision, shortSide: shortSide, longSide: longSide, means: [0.485, 0.456, 0.406],
            deviations: [0.229, 0.224, 0.225], multiple: 32)
    }

    static func caffe(shortSide: Int, longSide: Int) -> DetectorPreprocessing {
        DetectorPreprocessing(
            convention: .caffe, shortSide: shortSide, longSide: longSide, means: [102.9801, 115.9465, 122.7717],
            deviations: [1, 1, 1], multiple: 1)
    }

    /// The factor from the picture to what the network sees.
    func factor(width: Int, height: Int) -> Double {
        let (short, long) = (min(width, height), max(width, height))
        switch convention {
        case .torchvision:
            // In float32 and by reciprocals, as PyTorch divides a number by a tensor: the size often hangs on it.
            return Double(min(1 / Float(short) * Float(shortSide), 1 / Float(long) * Float(longSide)))
        case .caffe:
            let factor = Double(shortSide) / Double(short)
            let isTooLong = (factor * Double(long)).rounded(.toNearestOrEven) > Double(longSide)
            return isTooLong ? Double(longSide) / Double(long) : factor
        }
    }

    /// The size that the network sees; a side has at least one pixel.
    func size(width: Int, height: Int) -> PictureSize {
        let factor = factor(width: width, height: height)
        let rule: FloatingPointRoundingRule = convention == .torchvision ? .down : .toNearestOrEven
        func side(_ length: Int) -> Int { max(1, Int((Double(length) * factor).rounded(rule))) }
        return PictureSize(width: side(width), height: side(height))
    }

    func callAsFunction(_ picture: Picture, on device: Device) throws(TorchError) -> DetectorInput {
        guard picture.width > 0, picture.height > 0 else {
            throw TorchError(
                operation: "detect", reason: "expected a picture with pixels, found \(picture.width)x\(picture.height)")
        }
        var x = try Tensor(picture.pixels, shape: [picture.height, picture.width, 3]).to(device: device).to(.float32)
        switch convention {
        case .torchvision: x = try x / 255
        case .caffe: x = try x.indexSelect(Tensor([2, 1, 0], shape: [3]).to(device: device), dimension: 2)
        }
        x = try (x - channels(means, device)) / channels(deviations, device)
        let size = size(width: picture.width, height: picture.height)
        let factor = convention == .caffe ? factor(width: picture.width, height: picture.height) : nil
        x = try x.permuted([2, 0, 1]).unsqueezed(0)
            .resampledBilinear(height: size.height, width: size.width, factor: factor)
        // A stride of 32 leaves at least one pixel of 32.
        func missing(_ side: Int) -> Int { max(32, (side + multiple - 1) / multiple * multiple) - side }
        let (bottom, right) = (missing(size.height), missing(size.width))
        if bottom > 0 || right > 0 { x = try x.padded(bottom: bottom, right: right) }
        return DetectorInput(tensor: x, size: size)
    }

    private func channels(_ values: [Float], _ device: Device) throws(TorchError) -> Tensor {
        try Tensor(values, shape: [3]).to(device: device)
    }
}
