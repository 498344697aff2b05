import Foundation

/// What is printed besides results.
package enum Terminal {
    /// A line on standard error.
    package static func say(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }

    /// Prints a result as JSON.
    package static func printJSON(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
