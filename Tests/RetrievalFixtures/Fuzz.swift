import AsCLBase
import Foundation

/// Readers that meet strangers' bytes, given files that were changed at random: each gives a result or an error of one line
/// that is meant for people. A crash ends the test, and the file that caused it stays in its folder.
package enum Fuzz {
    /// What a reader should not have thrown.
    package struct Surprise: Error, CustomStringConvertible {
        package let description: String
    }

    /// Reads changed files again and again: `rounds` times with the same changes every time, or, where `ASCL_FUZZ_SECONDS`
    /// says how long (`make fuzz`), for so long with changes that never came before.
    /// - Parameters:
    ///   - name: The file's name, by which readers may tell its format.
    ///   - isAlwaysShort: Keeps to the `rounds` in `make fuzz` too.
    ///   - isMeant: Which errors are meant for people beside `InputError`.
    ///   - read: Is given the path of each file.
    /// - Returns: How many files were read, and how many refused.
    package static func outcomes(
        of original: [UInt8], name: String, rounds: Int = 100, isAlwaysShort: Bool = false,
        isMeant: (any Error) -> Bool = { _ in false },
        _ read: (String) throws -> Void
    ) throws -> (read: Int, refused: Int) {
        let scratch = try ScratchFolder()
        let wanted = ProcessInfo.processInfo.environment["ASCL_FUZZ_SECONDS"].flatMap(Double.init)
        let seconds = isAlwaysShort ? nil : wanted
        let seed = seconds == nil ? 12 : UInt64.random(in: 0..<UInt64.max)
        var generator = SeededGenerator(seed: seed)
        let end = Date.now.addingTimeInterval(seconds ?? 0)
        var (done, isRead, refused) = (0, 0, 0)
        while seconds == nil ? done < rounds : Date.now < end {
            let path = try scratch.file(name, mutated(original, &generator))
            do {
                try read(path)
                isRead += 1
            } catch  where (error is InputError || isMeant(error)) && !"\(error)".contains(where: \.isNewline) {
                refused += 1
            } catch {
                throw Surprise(description: "seed \(seed), round \(done): \(error)")
            }
            done += 1
        }
        return (isRead, refused)
    }

    /// Changes up to four places; half of them near an end, where files say what they hold.
    private static func mutated(_ original: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = original
        for _ in 0...Int.random(in: 0..<4, using: &generator) where !bytes.isEmpty {
            var place = Int.random(in: 0..<bytes.count, using: &generator)
            if Bool.random(using: &generator) {
                place %= 512
                if Bool.random(using: &generator) { place = bytes.count - 1 - place }
                place = max(place, 0)
            }
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: bytes.removeLast(bytes.count - place)
            case 1: bytes.insert(contentsOf: bytes[..<min(place, 64)], at: place)
            case 2: bytes[place] = [0, 9, 10, 13, 0x2D, 0x39, 0x7F, 0xFF].randomElement(using: &generator) ?? 0
            case 3: bytes.remove(at: place)
            case 4: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            default: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            }
        }
        return bytes
    }
}
