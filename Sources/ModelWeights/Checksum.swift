import AsCLBase
import Foundation

/// How a file is known once all its bytes are there.
enum Checksum: Sendable {
    /// By its SHA-256: the first digits, or all.
    case sha256(String)
    /// By git's name of its content, 40 digits.
    case gitBlob(String)
    /// By nothing that is published: its SHA-256 is kept in `NAME.sha256` beside it, and whatever comes there later is
    /// held to that.
    case firstUse

    /// - Parameters:
    ///   - address: Where the bytes are from, for the error.
    ///   - path: Where they will be.
    func check(_ partial: PartialDownload, from address: String, path: String) throws(InputError) {
        func expect(_ expected: String, _ found: String, by place: String, _ advice: String = "") throws(InputError) {
            guard !found.hasPrefix(expected) else { return }
            throw InputError(
                path: address, place: place, expected: expected + (expected.count < found.count ? "..." : ""),
                found: "\(found); the file was removed\(advice)")
        }
        switch self {
        case .sha256(let expected):
            try expect(expected.lowercased(), partial.sha256(), by: "SHA-256")
        case .gitBlob(let expected):
            try expect(expected, partial.gitBlob(), by: "git's SHA-1")
        case .firstUse:
            let found = try partial.sha256()
            if let known = Self.firstSum(of: path) {
                let note = Self.note(beside: path)
                try expect(
                    known, found, by: "SHA-256", "; it was another when first fetched, remove \(note) to trust this")
            } else {
                try AtomicFile.write(Data((found + "\n").utf8), to: Self.note(beside: path))
            }
        }
    }

    private static func note(beside path: String) -> String { path + ".sha256" }

    /// The SHA-256 that a file for which none is published had when it was first fetched.
    static func firstSum(of path: String) -> String? {
        let text = try? String(contentsOfFile: note(beside: path), encoding: .utf8)
        return text.flatMap { ContentDigest(hexadecimal: $0.trimmed)?.hexadecimal }
    }
}
