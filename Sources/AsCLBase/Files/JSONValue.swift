/// JSON whose objects keep each key as it was written.
///
/// A vocabulary may hold `é` in both of Unicode's spellings, as two tokens. Foundation's readers make dictionaries of
/// Swift strings, to which the two are one key.
package enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([(key: String, value: JSONValue)])

    /// A member of an object, the last of that name; nil where there is none or it is null.
    package subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self,
            let value = members.last(where: { $0.key.utf8.elementsEqual(name.utf8) })?.value
        else { return nil }
        if case .null = value { return nil }
        return value
    }

    /// The text that it is.
    package var string: String? { if case .string(let text) = self { text } else { nil } }
    /// True or false where it is one of the two.
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The values of a list.
    package var array: [JSONValue]? { if case .array(let values) = self { values } else { nil } }
    /// The number that it is.
    package var number: Double? { if case .number(let value) = self { value } else { nil } }
    /// A number that is whole and not negative.
    package var count: Int? {
        guard case .number(let value) = self else { return nil }
        return Int(exactly: value).flatMap { $0 >= 0 ? $0 : nil }
    }

    /// What to call it in a message.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let text): text.shownInOneLine
        case .array: "a list"
        case .object: "an object"
        }
    }
}
