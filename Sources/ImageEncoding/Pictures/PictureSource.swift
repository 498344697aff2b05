import AsCLBase
import CVips

/// A picture file's bytes with its header read and found acceptable; lives no longer than the bytes do.
struct PictureSource {
    private let bytes: UnsafeRawBufferPointer
    private let name: String
    private let limits: PictureLimits
    private let format: PictureFormat
    private let isPreview: Bool
    private let header: VipsImageReference
    private let orientation: PictureOrientation

    init(_ bytes: UnsafeRawBufferPointer, name: String, limits: PictureLimits) throws(InputError) {
        let formats = PictureFormat.available
        func failed(_ place: String, _ expected: String, _ found: String) -> InputError {
            InputError(path: name, place: place, expected: expected, found: found)
        }
        guard !formats.isEmpty else { throw failed("libvips", "libvips with its loaders", Vips.takeReason()) }
        let found = PictureFormat(bytes)
        guard let known = found, formats.contains(known) else {
            let names = formats.map(\.rawValue).joined(separator: ", ")
            throw failed(
                "file", "a picture (\(names))",
                found.map { "\($0.rawValue), which is not read here" } ?? Self.describe(bytes))
        }
        let preview = known == .raw ? try RAWPreview(bytes, name: name) : nil
        let (bytes, format) = preview.map { ($0.jpeg, .jpeg) } ?? (bytes, known)
        let header: VipsImageReference
        do {
            header = try Vips.attempt { _ in VipsImageReference.header(bytes, format, shrink: 1) }
        } catch {
            throw failed("header", "a readable \(format.rawValue) picture", error.reason)
        }
        let (width, height) = (header.size.width, header.size.height)
        let (pixels, overflows) = width.multipliedReportingOverflow(by: height)
        guard !overflows, pixels <= limits.pixels else {
            throw failed("header", "at most \(limits.pixels) pixels", "\(width) x \(height)")
        }
        guard [VIPS_FORMAT_UCHAR, VIPS_FORMAT_USHORT].contains(header.image.pointee.BandFmt) else {
            throw failed("header", "8 or 16 bits a channel, without sign", "another kind of numbers")
        }
        guard (1...5).contains(header.bands) else { throw failed("header", "1 to 5 channels", "\(header.bands)") }
        (self.bytes, self.name, self.limits, self.format, self.header) = (bytes, name, limits, format, header)
        isPreview = preview != nil
        orientation = header.orientation ?? PictureOrientation(exif: preview?.orientation ?? 0)
    }

    /// The upright picture's size, unshrunk.
    var upright: PictureSize { orientation.upright(header.size) }

    /// Throws where this is a preview that is smaller than what is wanted of it: the camera's photo is larger, and a thumbnail
    /// does not stand for it.
    func check(for size: PictureSize?) throws(InputError) {
        guard isPreview, let size, upright.width < size.width || upright.height < size.height else { return }
        throw InputError(
            path: name, place: "file",
            expected: "a preview of at least \(size.width) x \(size.height) pixels in a camera's RAW file",
            found: "\(upright.width) x \(upright.height)")
    }

    /// By what the decoder itself may shrink the picture when `size` is wanted in the end; only JPEG's can.
    func shrink(to size: PictureSize?) -> Int {
        guard format == .jpeg, let size else { return 1 }
        let margin = PictureDecoder.shrinkingMargin
        return [8, 4, 2].first {
            upright.width >= size.width.clampedProduct(margin * $0)
                && upright.height >= size.height.clampedProduct(margin * $0)
        } ?? 1
    }

    /// The pixels.
    func picture(shrink: Int) throws(InputError) -> Picture {
        // Decoders round a shrunk size up, with a last column that stands for less than a whole one; left out when it
        // stands for less than half, so that the picture keeps its proportions.
        let (width, height) = (header.size.width, header.size.height)
        let stored = PictureSize(
            width: max(1, (width + shrink / 2) / shrink), height: max(1, (height + shrink / 2) / shrink))
        let size = orientation.upright(stored)
        var status = CV_DONE
        var reason = ""
        let pixels = [UInt8](unsafeUninitializedCapacity: stored.width * stored.height * 3) { buffer, count in
            var canvas = orientation.canvas(buffer.baseAddress, stored: stored)
            (status, reason) = isOrdinaryJPEG ? drawJPEG(&canvas, shrink) : draw(&canvas, shrink)
            count = status == CV_DONE ? buffer.count : 0
        }
        switch status {
        case CV_DONE:
            var picture = Picture(
                width: size.width, height: size.height, pixels: pixels,
                frameCount: Int(vips_image_get_n_pages(header.image)), isPreview: isPreview)
            picture.facts = PictureFacts(size: upright, field: header.text)
            return picture
        case CV_TOO_SLOW:
            throw InputError(
                path: name, place: "pixels", expected: "at most \(limits.seconds) s of decoding",
                found: "\(width) x \(height) pixels that take longer")
        default:
            throw InputError(
                path: name, place: "pixels", expected: "a whole \(format.rawValue) picture", found: reason)
        }
    }

    /// Whether libjpeg's own conversion to RGB is all that the picture needs.
    private var isOrdinaryJPEG: Bool {
        format == .jpeg && (header.bands == 1 || header.bands == 3) && !header.needsProfile
    }

    private func drawJPEG(_ canvas: inout CVCanvas, _ shrink: Int) -> (CVStatus, String) {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 200) { reason in
            reason.initialize(repeating: 0)
            let status = cv_jpeg_decode(
                bytes.baseAddress, bytes.count, Int32(shrink), &canvas, limits.seconds, reason.baseAddress)
            return (status, status == CV_FAILED ? reason.baseAddress.map { String(cString: $0) } ?? "" : "")
        }
    }

    private func draw(_ canvas: inout CVCanvas, _ shrink: Int) -> (CVStatus, String) {
        do {
            let status = try Vips.attempt { isAgain -> CVStatus? in
                // Pixels can be read only once after a header.
                let isFresh = shrink == 1 && !isAgain
                let image = isFresh ? header : VipsImageReference.header(bytes, format, shrink: shrink)
                guard let colours = image?.standardised() else { return nil }
                guard colours.bands == 3 else { return CV_FAILED }
                let status = cv_draw(colours.image, &canvas, limits.seconds)
                return status == CV_FAILED ? nil : status
            }
            return (status, status == CV_FAILED ? "channels that are no colours" : "")
        } catch {
            return (CV_FAILED, error.reason)
        }
    }

    /// What a file that is no picture starts with.
    private static func describe(_ bytes: UnsafeRawBufferPointer) -> String {
        let start = bytes.prefix(24)
        if start.isEmpty { return "0 bytes" }
        if start.allSatisfy({ (0x20..<0x7F).contains($0) || [9, 10, 13].contains($0) }) {
            return "text that starts with \"\(String(decoding: start, as: UTF8.self))\""
        }
        let digits = start.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        return "bytes that start with \(digits.joined(separator: " "))"
    }
}

extension Int {
    /// The product, or the largest number when that does not fit.
    fileprivate func clampedProduct(_ factor: Int) -> Int {
        let (product, overflows) = multipliedReportingOverflow(by: factor)
        return overflows ? .max : product
    }
}
