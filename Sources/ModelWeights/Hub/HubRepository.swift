package import AsCLBase
import Foundation

/// A repository of models on the hub, at a revision: `owner/name` or `owner/name@revision`.
package struct HubRepository: Sendable, Hashable, CustomStringConvertible {
    /// `owner/name`.
    package let name: String
    /// A branch, a tag or a commit.
    package let revision: String

    /// `owner/name`, and `@revision` where that is not the branch `main`.
    package var description: String { name + (revision == "main" ? "" : "@\(revision)") }

    /// Reads what a user writes.
    /// - Throws: `InputError` for what no repository can be called.
    package init(_ text: String) throws(InputError) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        name = parts[0]
        revision = parts.count > 1 ? parts[1] : "main"
        let names = name.split(separator: "/", omittingEmptySubsequences: false)
        guard names.count == 2, name.utf8.count <= 96, names.allSatisfy(Self.isName), !name.hasSuffix(".git") else {
            throw InputError(
                path: text.shownInOneLine, place: "repository",
                expected: "owner/name of the hub, of letters, digits, -, _ and .", found: "another name")
        }
        // The hub names branches of pull requests refs/pr/1.
        let steps = revision.split(separator: "/", omittingEmptySubsequences: false)
        guard revision.utf8.count <= 255, steps.allSatisfy(Self.isName) else {
            throw InputError(
                path: text.shownInOneLine, place: "revision", expected: "a branch, a tag or a commit after @",
                found: "another name")
        }
    }

    /// What becomes the name of a folder and a part of an address as it is.
    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.first, let last = text.last, !"-.".contains(first), !"-.".contains(last) else {
            return false
        }
        return !text.contains("--") && !text.contains("..")
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    }

    /// Whether a text is the whole name of a commit.
    static func isCommit(_ text: String) -> Bool {
        text.utf8.count == 40 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
