import Foundation

/// Cameras' RAW files, made of a JPEG and numbers that stand for what a sensor saw.
enum RAWFiles {
    /// One entry of a TIFF directory, of whole numbers of 32 bits.
    typealias Entry = (tag: Int, values: [Int])

    /// A TIFF file of directories that follow one another, or that the first names as its SubIFDs.
    /// - Parameters:
    ///   - directories: Their entries; a number below zero is the place of a blob: -1 of the first.
    ///   - blobs: What lies behind the directories.
    static func tiff(_ directories: [[Entry]], blobs: [Data], isBig: Bool = false, areSub: Bool = true) -> Data {
        func bytes(_ number: Int, _ count: Int) -> [UInt8] {
            let little = (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
            return isBig ? little.reversed() : little
        }
        var all = directories
        if areSub, all.count > 1 { all[0].append((330, Array(repeating: 0, count: all.count - 1))) }
        // Numbers that do not fit an entry stand behind their directory.
        let sizes = all.map { $0.reduce(6) { $0 + 12 + ($1.values.count > 1 ? 4 * $1.values.count : 0) } }
        let starts = sizes.indices.map { sizes[..<$0].reduce(8, +) }
        let end = sizes.reduce(8, +)
        let places = blobs.indices.map { blobs[..<$0].reduce(end) { $0 + $1.count } }
        if areSub, all.count > 1 { all[0][all[0].count - 1].values = Array(starts.dropFirst()) }
        var file = Array((isBig ? "MM" : "II").utf8) + bytes(42, 2) + bytes(8, 4)
        for (index, entries) in all.enumerated() {
            var behind = starts[index] + 6 + 12 * entries.count
            var values: [UInt8] = []
            file += bytes(entries.count, 2)
            for entry in entries.sorted(by: { $0.tag < $1.tag }) {
                let numbers = entry.values.map { $0 < 0 ? places[-1 - $0] : $0 }
                file += bytes(entry.tag, 2) + bytes(4, 2) + bytes(numbers.count, 4)
                if numbers.count == 1 {
                    file += bytes(numbers[0], 4)
                } else {
                    file += bytes(behind, 4)
                    behind += 4 * numbers.count
                    values += numbers.flatMap { bytes($0, 4) }
                }
            }
            file += bytes(!areSub && index + 1 < all.count ? starts[index + 1] : 0, 4) + values
        }
        return Data(file) + blobs.reduce(Data(), +)
    }

    /// A DNG of 32 x 32 cells, with a preview in its first directory.
    static func dng(preview: Data, orientation: Int = 1, isBig: Bool = false) -> Data {
        let cells = Data((0..<2048).map { UInt8(truncatingIfNeeded: $0 &* 37) })
        return tiff(
            [
                [
                    (254, [1]), (256, [60]), (257, [40]), (258, [8]), (259, [7]), (262, [6]), (273, [-1]),
                    (274, [orientation]), (277, [3]), (278, [40]), (279, [preview.count]), (50706, [0x0000_0401]),
                ],
                [
                    (254, [0]), (256, [32]), (257, [32]), (258, [16]), (259, [1]), (262, [32803]), (273, [-2]),
                    (277, [1]),
                    (278, [32]), (279, [cells.count]), (33421, [0x0002_0002]), (33422, [0x0201_0100]),
                ],
            ], blobs: [preview, cells], isBig: isBig)
    }

    /// Fujifilm's: no directories at the front, the JPEG somewhere in it.
    static func raf(preview: Data) -> Data {
        Data("FUJIFILMCCD-RAW 0201FF129502".utf8) + Data(repeating: 0, count: 120) + preview
            + Data((0..<600).map { UInt8(truncatingIfNeeded: $0 &* 91) })
    }
}
