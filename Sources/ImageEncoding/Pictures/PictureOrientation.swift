import CVips

/// Which way up a picture is stored: the EXIF tag's 1 (as it is) to 8.
struct PictureOrientation {
    private let mirrored: Bool
    private let quarterTurns: Int

    /// Anything but 1 to 8 counts as upright, as viewers have it.
    init(exif: Int) {
        // The stored picture mirrored left to right (or not), then turned clockwise, is the upright one.
        (mirrored, quarterTurns) =
            switch exif {
            case 2: (true, 0)
            case 3: (false, 2)
            case 4: (true, 2)
            case 5: (true, 3)
            case 6: (false, 1)
            case 7: (true, 1)
            case 8: (false, 3)
            default: (false, 0)
            }
    }

    /// The size of the upright picture.
    func upright(_ size: PictureSize) -> PictureSize {
        quarterTurns % 2 == 0 ? size : PictureSize(width: size.height, height: size.width)
    }

    /// Upright pixels for a decoder to fill with a stored picture of `size`.
    func canvas(_ pixels: UnsafeMutablePointer<UInt8>?, stored size: PictureSize) -> CVCanvas {
        // Where the stored picture's pixel (x, y) goes: column and row of the upright picture.
        func target(_ x: Int, _ y: Int) -> Int {
            let x = mirrored ? size.width - 1 - x : x
            return switch quarterTurns {
            case 1: x * size.height + size.height - 1 - y
            case 2: (size.height - 1 - y) * size.width + size.width - 1 - x
            case 3: (size.width - 1 - x) * size.height + y
            default: y * size.width + x
            }
        }
        let start = target(0, 0)
        return CVCanvas(
            pixels: pixels, start: Int64(start), column_step: Int64(target(1, 0) - start),
            row_step: Int64(target(0, 1) - start), width: Int32(size.width), height: Int32(size.height))
    }
}
