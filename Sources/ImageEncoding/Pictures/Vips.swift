import CVips

/// libvips as a whole, started on first use.
enum Vips {
    /// Whether it could be started.
    static let isReady = cv_start()

    /// Whether it can load a format; its loaders for some are modules that may not be installed.
    static func hasLoader(_ name: String) -> Bool { cv_has_loader(name) }

    /// Takes a step with libvips, which fails by giving nil.
    ///
    /// libvips keeps what it complains of for all threads together. Steps are taken side by side; one that fails is
    /// taken once more while no other is, so that the reason it fails for is its own.
    static func attempt<Value>(_ step: (_ isAgain: Bool) -> Value?) throws(VipsFailure) -> Value {
        if let value = turns.shared({ step(false) }) { return value }
        return try turns.alone {
            _ = takeReason()
            return Result { () throws(VipsFailure) in
                guard let value = step(true) else { throw VipsFailure(reason: takeReason()) }
                return value
            }
        }.get()
    }

    private static let turns = SharedTurns()

    /// What libvips last complained of, in its words: from the last line on that starts with the part of libvips which
    /// speaks.
    static func takeReason() -> String {
        guard let text = cv_take_error() else { return "damage" }
        defer { g_free(text) }
        let lines = String(cString: text).split(whereSeparator: \.isNewline)
        let start = lines.lastIndex { $0.contains(": ") } ?? lines.startIndex
        return lines.isEmpty ? "damage" : lines[start...].joined()
    }
}

/// Why a step of libvips failed.
struct VipsFailure: Error {
    let reason: String
}

/// A counted reference to an image of libvips, whose pixels are computed when they are asked for.
final class VipsImageReference {
    let image: UnsafeMutablePointer<VipsImage>

    /// Takes over the reference.
    init?(_ image: UnsafeMutablePointer<VipsImage>?) {
        guard let image else { return nil }
        self.image = image
    }

    deinit { cv_release(image) }

    var size: PictureSize { PictureSize(width: Int(image.pointee.Xsize), height: Int(image.pointee.Ysize)) }
    var bands: Int { Int(image.pointee.Bands) }
    /// Nil where the file does not say.
    var orientation: PictureOrientation? {
        cv_has_orientation(image) ? PictureOrientation(exif: Int(vips_image_get_orientation(image))) : nil
    }

    /// A field of text in the header.
    func text(_ name: String) -> String? {
        var text: UnsafePointer<CChar>?
        guard vips_image_get_typeof(image, name) != 0, vips_image_get_string(image, name, &text) == 0 else {
            return nil
        }
        return text.map { String(cString: $0) }
    }

    /// A picture file's header, which reads `bytes` again for its pixels.
    static func header(_ bytes: UnsafeRawBufferPointer, _ format: PictureFormat, shrink: Int) -> VipsImageReference? {
        let (start, count) = (bytes.baseAddress, bytes.count)
        let image =
            switch format {
            case .jpeg: cv_load_jpeg(start, count, Int32(shrink))
            case .png: cv_load_png(start, count)
            case .webp: cv_load_webp(start, count)
            case .gif: cv_load_gif(start, count)
            case .tiff: cv_load_tiff(start, count)
            case .heif: cv_load_heif(start, count)
            case .jpegXL: cv_load_jxl(start, count)
            default: UnsafeMutablePointer<VipsImage>?.none
            }
        return VipsImageReference(image)
    }
}

extension VipsImageReference {
    /// Whether colours have to be converted by the embedded profile. Nearly every profile in photos is sRGB's own,
    /// which changes nothing; one of other colours than the pixels' says nothing of them, and browsers ignore it too.
    var needsProfile: Bool { cv_profile_fits(image) && !cv_profile_is_srgb(image) }

    /// The image as sRGB of 8 bits in three channels: profile applied, grey, CMYK and 16 bits converted, opacity laid
    /// onto white.
    func standardised() -> VipsImageReference? {
        // Opacity first: conversion by a profile does not scale it from 16 bits.
        guard let opaque = cv_has_alpha(image) ? VipsImageReference(cv_on_white(image)) : self else {
            return nil
        }
        // A profile that cannot be used (broken, or of another kind of colours) counts as none.
        if opaque.needsProfile {
            if let converted = VipsImageReference(cv_apply_profile(opaque.image)) { return converted }
            _ = Vips.takeReason()
        }
        return VipsImageReference(cv_to_srgb(opaque.image))
    }
}
