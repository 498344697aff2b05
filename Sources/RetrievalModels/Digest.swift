public import Foundation

/// FNV-1a over words of eight bytes: tells evaluations apart, and withstands no attack.
public struct Digest: CustomStringConvertible {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    /// Nothing yet.
    public init() {}

    /// Takes in bytes.
    public mutating func add(_ data: Data) { data.withUnsafeBytes { add($0) } }

    /// Takes in bytes and where they end.
    public mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { add(UInt64(byte)) }
        add(UInt64.max)
    }

    /// Takes in bytes and where they end.
    public mutating func add(_ bytes: UnsafeRawBufferPointer) {
        let whole = bytes.count / 8
        for index in 0..<whole { add(bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)) }
        add(AnySequence(bytes[(whole * 8)...]))
    }

    /// Takes in bytes and where they end.
    public mutating func add(_ bytes: UnsafeMutableRawBufferPointer) { add(UnsafeRawBufferPointer(bytes)) }

    private mutating func add(_ word: UInt64) { state = (state ^ word) &* 0x100_0000_01b3 }

    /// In hexadecimal digits.
    public var description: String { String(state, radix: 16) }
}
