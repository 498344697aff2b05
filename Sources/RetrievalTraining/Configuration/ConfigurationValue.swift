import Yams

/// A value that can stand in a configuration file.
///
/// The scalars are read more strictly than YAML does: a quoted number is text, `yes` is no truth value.
protocol ConfigurationValue: Sendable {
    /// What is expected where such a value stands.
    static var name: String { get }
    /// Nil when the scalar is no such value.
    init?(_ scalar: Node.Scalar)
    var scalar: Node.Scalar { get }
}

extension Int: ConfigurationValue {
    static let name = "a whole number"

    init?(_ scalar: Node.Scalar) {
        guard scalar.style == .plain else { return nil }
        self.init(scalar.string)
    }

    var scalar: Node.Scalar { .init("\(self)") }
}

extension Double: ConfigurationValue {
    static let name = "a number"

    init?(_ scalar: Node.Scalar) {
        guard scalar.style == .plain, let number = Double(scalar.string), number.isFinite else { return nil }
        self = number
    }

    var scalar: Node.Scalar { .init("\(self)") }
}

extension Bool: ConfigurationValue {
    static let name = "true or false"

    init?(_ scalar: Node.Scalar) {
        guard scalar.style == .plain else { return nil }
        self.init(scalar.string)
    }

    var scalar: Node.Scalar { .init("\(self)") }
}

extension String: ConfigurationValue {
    static let name = "text"

    init?(_ scalar: Node.Scalar) {
        guard !scalar.isNothing else { return nil }
        self = scalar.string
    }

    /// Quoted when plain text would be read as nothing.
    var scalar: Node.Scalar {
        let plain = Node.Scalar(self, .implicit, .plain)
        return .init(self, .implicit, plain.isNothing ? .doubleQuoted : .any)
    }
}

/// An enumeration whose cases stand in the file by name.
protocol ConfigurationChoice: ConfigurationValue, CaseIterable, RawRepresentable where RawValue == String {}

extension ConfigurationChoice {
    static var name: String { "one of " + allCases.map(\.rawValue).joined(separator: ", ") }

    init?(_ scalar: Node.Scalar) {
        self.init(rawValue: scalar.string)
    }

    var scalar: Node.Scalar { .init(rawValue) }
}

extension Node.Scalar {
    /// YAML's null in any of its spellings.
    var isNothing: Bool {
        style == .plain && ["", "~", "null", "Null", "NULL"].contains(string)
    }
}

extension Node {
    /// What stands here, for errors: short and on one line.
    var summary: String {
        switch self {
        case .scalar(let scalar) where scalar.isNothing: "nothing"
        case .scalar(let scalar) where scalar.style == .plain: String(scalar.string.prefix(60))
        case .scalar(let scalar): String(scalar.string.prefix(60)).debugDescription
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }
}
