import Foundation

/// What the file holds.
func contents(_ path: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(fileURLWithPath: path)))
}

/// The bytes of `values` as they stand in memory.
func bytes<Element: BitwiseCopyable>(_ values: [Element]) -> [UInt8] {
    values.withUnsafeBytes { Array($0) }
}
