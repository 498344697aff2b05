import CRegions
import Torch

/// The kernels of `CRegions` on Swift's arrays and tensors.
///
/// They run on the CPU: a map on another device is copied there, and what is cut from it is copied back.
enum RegionKernels {
    /// When two boxes are taken for one.
    struct Overlap: Sendable {
        /// Intersection over union.
        var threshold: Double
        var convention: BoxConvention

        fileprivate var value: regions_overlap {
            regions_overlap(
                threshold: threshold, inclusive_pixels: convention == .caffe, at_threshold: convention == .caffe)
        }
    }

    /// The indices of the greatest scores, greatest first, equal ones in their order.
    static func top(_ wanted: Int, of scores: [Float]) throws(TorchError) -> [Int] {
        try indices(min(wanted, scores.count), "top") { regions_top(scores, Int64(scores.count), Int64(wanted), $0) }
    }

    /// The boxes that greedy non-maximum suppression keeps, by falling score, at most `limit`. Boxes of different
    /// groups do not suppress each other.
    static func suppress(
        _ boxes: [Box], scores: [Float], groups: [Int32]? = nil, overlap: Overlap, limit: Int
    ) throws(TorchError) -> [Int] {
        try check(boxes, "suppress")
        try check(scores.count == boxes.count && (groups?.count ?? boxes.count) == boxes.count, "suppress")
        return try indices(min(limit, boxes.count), "suppress") { kept in
            floats(boxes) {
                regions_suppress($0, scores, groups, Int64(boxes.count), overlap.value, Int64(limit), kept)
            }
        }
    }

    /// Each box's confidence: its greatest score among the classes, from `firstClass` on, that kept it when
    /// non-maximum suppression ran within every class; 0 where none did. `scores` is `[boxes, classes]`.
    static func confidences(
        _ boxes: [Box], scores: [Float], firstClass: Int, overlap: Overlap
    ) throws(TorchError) -> [Float] {
        try check(boxes, "confidences")
        let classes = boxes.isEmpty ? 0 : scores.count / boxes.count
        try check(scores.count == boxes.count * classes, "confidences")
        var result = [Float](repeating: 0, count: boxes.count)
        let status = floats(boxes) {
            regions_confidences(
                $0, scores, Int64(boxes.count), Int64(classes), Int64(firstClass), overlap.value, &result)
        }
        try check(status, "confidences")
        return result
    }

    /// RoIAlign over a map `[1, channels, height, width]`: `[boxes, channels, size, size]`.
    /// - Parameters:
    ///   - scale: From box coordinates to the map's.
    ///   - samples: A side of a cell; 0 for as many as it has pixels.
    ///   - aligned: Whether coordinate 0 is the first pixel's left edge rather than its centre.
    static func align(
        _ map: Tensor, _ boxes: [Box], size: Int, scale: Float, samples: Int, aligned: Bool
    ) throws(TorchError) -> Tensor {
        try cut(map, boxes, size: size, scale: scale, "align") {
            regions_align($0, $1, $2, Int64(samples), aligned, $3)
        }
    }

    /// RoIPool, the maximum of each cell, over a map `[1, channels, height, width]`: `[boxes, channels, size, size]`.
    static func pool(_ map: Tensor, _ boxes: [Box], size: Int, scale: Float) throws(TorchError) -> Tensor {
        try cut(map, boxes, size: size, scale: scale, "pool") { regions_pool($0, $1, $2, $3) }
    }

    private static func cut(
        _ map: Tensor, _ boxes: [Box], size: Int, scale: Float, _ name: String,
        _ kernel: (UnsafePointer<Float>?, UnsafePointer<Float>?, regions_pooling, UnsafeMutablePointer<Float>?) -> Int64
    ) throws(TorchError) -> Tensor {
        try check(boxes, name)
        let shape = map.shape
        try check(
            shape.count == 4 && shape[0] == 1 && map.dtype == .float32, name,
            "expected a float32 map [1, channels, height, width], found \(map.dtype) \(shape)")
        let rows = try map.to(device: .cpu).permuted([0, 2, 3, 1]).contiguous()
        let result = try Tensor.empty([boxes.count, shape[1], size, size])
        guard result.count > 0, map.count > 0 else {
            try check(result.count == 0, name, "expected pixels, found a map \(shape)")
            return try result.to(device: map.device)
        }
        let sizes = regions_pooling(
            channels: Int64(shape[1]), height: Int64(shape[2]), width: Int64(shape[3]), box_count: Int64(boxes.count),
            rows: Int64(size), columns: Int64(size), scale: scale)
        let (from, to) = (try floats(of: rows), try floats(of: result))
        let status = withExtendedLifetime((rows, result)) { floats(boxes) { kernel(from, $0, sizes, to) } }
        try check(status, name)
        return try result.to(device: map.device)
    }

    private static func indices(
        _ capacity: Int, _ name: String, _ fill: (UnsafeMutablePointer<Int64>?) -> Int64
    ) throws(TorchError) -> [Int] {
        var count: Int64 = 0
        let found = [Int](unsafeUninitializedCapacity: max(capacity, 0)) { memory, initialized in
            count = memory.withMemoryRebound(to: Int64.self) { fill($0.baseAddress) }
            initialized = max(Int(count), 0)
        }
        try check(count, name)
        return found
    }

    private static func floats(of tensor: Tensor) throws(TorchError) -> UnsafeMutablePointer<Float>? {
        try tensor.withBytes { $0.bindMemory(to: Float.self).baseAddress }
    }

    private static func floats<Result>(_ boxes: [Box], _ body: (UnsafePointer<Float>?) -> Result) -> Result {
        boxes.withUnsafeBytes { body($0.bindMemory(to: Float.self).baseAddress) }
    }

    /// Why a kernel failed that returned this negative number.
    static func reason(_ status: Int64) -> String {
        switch status {
        case Int64(REGIONS_OUT_OF_MEMORY.rawValue): "out of memory"
        case Int64(REGIONS_BAD_SIZES.rawValue): "impossible sizes"
        default: "an unknown failure"
        }
    }

    private static func check(_ status: Int64, _ name: String) throws(TorchError) {
        try check(status >= 0, name, reason(status))
    }

    private static func check(_ boxes: [Box], _ name: String) throws(TorchError) {
        let largest: Float = 1e7
        let isSound = boxes.allSatisfy { box in
            box.isFinite && max(abs(box.left), abs(box.top), abs(box.right), abs(box.bottom)) <= largest
        }
        try check(isSound, name, "expected boxes within +-\(largest) pixels, found others (are the weights sound?)")
    }

    private static func check(
        _ condition: Bool, _ name: String, _ reason: @autoclosure () -> String = "the counts of its arguments differ"
    ) throws(TorchError) {
        if !condition { throw TorchError(operation: "regions.\(name)", reason: reason()) }
    }
}
