/// A file format of pictures, told by a file's first bytes: its name may say anything.
enum PictureFormat: String, CaseIterable {
    case jpeg = "JPEG"
    case png = "PNG"
    case webp = "WebP"
    case gif = "GIF"
    case tiff = "TIFF"
    case heif = "HEIC or AVIF"
    case jpegXL = "JPEG XL"
    case bmp = "BMP"
    case raw = "camera RAW"
    // Known, to be told of, and not read.
    case jpeg2000 = "JPEG 2000"
    case jpegXR = "JPEG XR"
    case svg = "SVG"
    case photoshop = "Photoshop"
    case gimp = "GIMP"
    case pnm = "PNM"
    case openEXR = "OpenEXR"
    case radiance = "Radiance HDR"
    case icon = "ICO"
    case qoi = "QOI"
    case directDraw = "DDS"
    case djvu = "DjVu"
    case dicom = "DICOM"
    case fits = "FITS"
    case metafile = "EMF"

    /// libvips' name for the format's loader; nil where libvips is not asked. None but these are ever called.
    var loader: String? {
        switch self {
        case .jpeg, .png, .webp, .gif, .tiff: rawValue.lowercased() + "load_buffer"
        case .heif: "heifload_buffer"
        case .jpegXL: "jxlload_buffer"
        // The JPEG in it.
        case .raw: PictureFormat.jpeg.loader
        default: nil
        }
    }

    /// Those that this machine can read: libvips has some loaders as modules, which may not be installed.
    static let available =
        Vips.isReady ? allCases.filter { $0 == .bmp || $0.loader.map(Vips.hasLoader) ?? false } : []
}
