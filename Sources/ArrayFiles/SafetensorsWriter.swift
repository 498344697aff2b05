package import AsCLBase
import Foundation

/// Writes `.safetensors` files.
package enum SafetensorsWriter {
    /// One array to write. `bytes` has to stay valid until `write` returns.
    package struct Item {
        /// A name of its own in the file.
        package let name: String
        /// What one element is.
        package let elementType: ElementType
        /// The sizes of the dimensions, slowest first; empty for a scalar.
        package let shape: [Int]
        /// The elements in C order.
        package let bytes: UnsafeRawBufferPointer

        /// An array in C order and little endian.
        package init(name: String, elementType: ElementType, shape: [Int], bytes: UnsafeRawBufferPointer) {
            self.name = name
            self.elementType = elementType
            self.shape = shape
            self.bytes = bytes
        }
    }

    /// Writes the arrays to a temporary file beside `path` and renames it. The same items give the same bytes, whatever
    /// their order. Names have to be distinct and the bytes of an item those of its shape.
    package static func write(
        _ items: [Item], metadata: [String: String] = [:], to path: String
    ) throws(InputError) {
        // Wide elements first, so that every array is aligned for its type; by name among equals.
        let inOrder = items.sorted {
            ($1.elementType.byteCount, $0.name) < ($0.elementType.byteCount, $1.name)
        }
        let header = try header(inOrder, metadata: metadata, path: path)
        let file = try PartialFile(path: path)
        try file.write(elements: header)
        for item in inOrder {
            try file.write(item.bytes)
        }
        try file.finish()
    }

    /// Length and JSON, padded with spaces to a multiple of eight bytes.
    private static func header(
        _ items: [Item], metadata: [String: String], path: String
    ) throws(InputError) -> [UInt8] {
        var header = SafetensorsHeader()
        header.metadata = metadata
        var end = 0
        for item in items {
            func wrong(_ expected: String, _ found: String) -> InputError {
                InputError(path: path, place: item.name, expected: expected, found: found)
            }
            guard item.name != SafetensorsHeader.Key.metadata.stringValue, header.arrays[item.name] == nil else {
                throw wrong("a name of its own", "a name that is taken")
            }
            guard item.elementType.byteCount(ofShape: item.shape) == item.bytes.count else {
                throw wrong("the bytes of \(item.elementType) \(item.shape)", "\(item.bytes.count) bytes")
            }
            header.arrays[item.name] = SafetensorsHeader.Fields(
                dtype: SafetensorsHeader.name(of: item.elementType), shape: item.shape,
                data_offsets: [end, end + item.bytes.count])
            end += item.bytes.count
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var json: [UInt8]
        do {
            json = Array(try encoder.encode(header))
        } catch {
            throw InputError(path: path, place: "header", expected: "names that JSON can hold", found: "\(error)")
        }
        json += Array(repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8)
        let length = UInt64(json.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + json
    }
}
