import AsCLBase

/// The JPEG that a camera puts into its RAW file beside what the sensor saw, so that the photo can be looked at. Lives no
/// longer than the bytes do.
///
/// Files that are TIFF (DNG, CR2, NEF, ARW, PEF, SRW and more) say in their directories where JPEGs are; in others (CR3, RAF,
/// ORF, RW2) they are looked for. The largest serves. No library for RAW is asked: what the sensor saw is not wanted, and a
/// stranger's file is to meet no parser of a thousand cameras.
struct RAWPreview {
    /// The JPEG, perhaps with other bytes behind it.
    let jpeg: UnsafeRawBufferPointer
    /// EXIF's number of how the camera was held, 0 where the file does not say. A preview's own comes before it.
    let orientation: Int

    private typealias JPEG = (range: Range<Int>, pixels: Int)

    /// Directories of a file, or beginnings of JPEGs in it, that are looked at: many times what cameras write.
    private static let most = 256

    init(_ bytes: UnsafeRawBufferPointer, name: String) throws(InputError) {
        let isTIFF = ["II*\0", "MM\0*"].contains { bytes.starts(with: $0.utf8) }
        let found = isTIFF ? Self.listed(bytes) : Self.lookedFor(bytes)
        guard let best = found.max(by: { $0.pixels < $1.pixels }) else {
            throw InputError(
                path: name, place: "file", expected: "a JPEG preview in a camera's RAW file", found: "none")
        }
        jpeg = UnsafeRawBufferPointer(rebasing: bytes[best.range])
        orientation = Self.firstDirectory(bytes)?.numbers(274).first ?? 0
    }

    /// Those that directories name: by JPEGInterchangeFormat, or as a picture in one strip.
    private static func listed(_ bytes: UnsafeRawBufferPointer) -> [JPEG] {
        var found: [JPEG] = []
        var directories = [TIFFDirectory(bytes)]
        var index = 0
        while index < directories.count, index < most {
            guard let directory = directories[index] else {
                index += 1
                continue
            }
            let strips = (directory.numbers(273), directory.numbers(279))
            for (offsets, counts) in [(directory.numbers(513), directory.numbers(514)), strips]
            where offsets.count == 1 && counts.count == 1 && !directory.isOfSensor {
                guard let pixels = pixels(bytes, at: offsets[0]) else { continue }
                found.append((offsets[0]..<min(offsets[0] + counts[0], bytes.count), pixels))
            }
            for offset in directory.numbers(330) + [directory.next].compactMap(\.self) {
                directories.append(TIFFDirectory(bytes, at: offset))
            }
            index += 1
        }
        return found
    }

    /// Those that begin anywhere; each may reach to the file's end, as a decoder stops at its own.
    private static func lookedFor(_ bytes: UnsafeRawBufferPointer) -> [JPEG] {
        var found: [JPEG] = []
        var (start, looked) = (0, 0)
        while looked < most, start + 4 < bytes.count, let next = bytes[start...].firstIndex(of: 0xFF) {
            start = next + 1
            guard bytes.count - next > 3, bytes[next + 1] == 0xD8, bytes[next + 2] == 0xFF else { continue }
            looked += 1
            if let pixels = pixels(bytes, at: next) { found.append((next..<bytes.count, pixels)) }
        }
        return found
    }

    /// How many pixels the JPEG at `offset` has; nil where none begins there that decoders read, such as a lossless one,
    /// which is how cameras pack what the sensor saw.
    private static func pixels(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int? {
        var reader = ByteReader(bytes, at: offset)
        guard reader.number(UInt16.self) == 0xD8FF else { return nil }
        // Before the frame stand some tables and what programs noted.
        for _ in 0..<64 {
            guard reader.number(UInt8.self) == 0xFF, let marker = reader.number(UInt8.self),
                let length = reader.number(UInt16.self).map({ Int($0.byteSwapped) }), length >= 2,
                let content = reader.take(length - 2)
            else { return nil }
            switch marker {
            // Baseline, extended and progressive frames of 8 bits: height and width follow.
            case 0xC0...0xC2:
                guard content.count >= 6, content[0] == 8 else { return nil }
                let (height, width) = (Int(content[1]) << 8 | Int(content[2]), Int(content[3]) << 8 | Int(content[4]))
                return height * width > 0 ? height * width : nil
            // Huffman tables, quantisation, restarts, notes.
            case 0xC4, 0xDB, 0xDD, 0xE0...0xEF, 0xFE: continue
            default: return nil
            }
        }
        return nil
    }

    /// The directory that tells how the camera was held; CR3 has it in a box of its own.
    private static func firstDirectory(_ bytes: UnsafeRawBufferPointer) -> TIFFDirectory? {
        if bytes.starts(with: "II".utf8) || bytes.starts(with: "MM".utf8) { return TIFFDirectory(bytes) }
        guard bytes.count > 8, bytes[4..<8].elementsEqual("ftyp".utf8) else { return nil }
        let box = UnsafeRawBufferPointer(rebasing: bytes.prefix(1 << 16)).firstRange(of: Array("CMT1".utf8))
        return box.flatMap { TIFFDirectory(UnsafeRawBufferPointer(rebasing: bytes[$0.upperBound...])) }
    }
}
