import AsCLBase
import Foundation

/// What is printed. Names and captions come from anywhere: control characters in them never reach the terminal raw.
package enum Terminal {
    /// A line on standard error.
    package static func say(_ text: String) {
        FileHandle.standardError.write(Data("\(text.escapedForTerminal)\n".utf8))
    }

    /// Prints a result for people.
    package static func show(_ result: some CustomStringConvertible) { print(result.description.escapedForTerminal) }

    /// Prints a result as JSON.
    /// - Parameter isOneLine: For programs that read a result a line.
    package static func printJSON(_ value: some Encodable, isOneLine: Bool = false) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if !isOneLine { encoder.outputFormatting.insert(.prettyPrinted) }
        // JSON escapes the control characters below the blank itself; the others stand in strings alone.
        print(
            String(decoding: try encoder.encode(value), as: UTF8.self).unicodeScalars.reduce(into: "") { text, scalar in
                if (0x7F...0x9F).contains(scalar.value) {
                    text += String(format: "\\u%04x", scalar.value)
                } else {
                    text.unicodeScalars.append(scalar)
                }
            })
    }
}
