import AsCLBase
import Foundation
import ImageEncoding

/// Why a picture has no features.
package struct PictureFailure: Error, CustomStringConvertible, Equatable {
    /// One line.
    package let reason: String

    /// The reason.
    package var description: String { reason }

    /// Of a reason.
    package init(reason: String) { self.reason = reason }

    /// What another part of the program threw, on one line. A decoder's errors lose the path: names stand beside the
    /// reason, and paths differ between machines.
    init(_ error: any Error) {
        let text = (error as? InputError)?.reason ?? "\(error)"
        reason = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    /// A failed system call, which left its `errno`.
    static func system(_ what: String) -> PictureFailure {
        PictureFailure(reason: "\(what): \(String(cString: strerror(errno)))")
    }
}
