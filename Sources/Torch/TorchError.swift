import CTorch

/// A failure inside libtorch or at its border: the operation, the shapes it was given, and libtorch's reason.
public struct TorchError: Error, CustomStringConvertible, Sendable, Equatable {
    /// The operator or task that failed, with the shapes of its tensor arguments: `matmul([2, 3], [4, 5])`.
    public let operation: String
    /// Why, in one line.
    public let reason: String

    /// Makes an error; line breaks in the reason become spaces, so that one error stays one line.
    package init(operation: String, reason: String) {
        self.operation = operation
        self.reason = reason.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    /// `operation: reason`.
    public var description: String { "\(operation): \(reason)" }

    /// The calling thread's last libtorch error.
    static func last(_ operation: String) -> TorchError {
        TorchError(operation: operation, reason: String(cString: ct_last_error()))
    }

    /// Throws libtorch's last error when `status` tells of a failure.
    static func check(_ status: CTStatus, _ operation: @autoclosure () -> String) throws(TorchError) {
        if status != 0 { throw last(operation()) }
    }
}
