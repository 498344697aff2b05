/// What a value has to keep to beyond its type; `text` completes "expected a number ...".
struct ConfigurationRule<Value>: Sendable {
    let text: String
    let allows: @Sendable (Value) -> Bool

    static var any: Self { .init(text: "") { _ in true } }
}

extension ConfigurationRule where Value: Comparable & Sendable {
    static func atLeast(_ least: Value) -> Self {
        .init(text: "of at least \(least)") { $0 >= least }
    }

    static func above(_ limit: Value) -> Self {
        .init(text: "above \(limit)") { $0 > limit }
    }

    static func above(_ limit: Value, upTo most: Value) -> Self {
        .init(text: "above \(limit) and at most \(most)") { $0 > limit && $0 <= most }
    }

    static func from(_ least: Value, to most: Value) -> Self {
        .init(text: "from \(least) to \(most)") { $0 >= least && $0 <= most }
    }

    static func from(_ least: Value, below limit: Value) -> Self {
        .init(text: "of at least \(least) and below \(limit)") { $0 >= least && $0 < limit }
    }

    static func between(_ limit: Value, _ other: Value) -> Self {
        .init(text: "between \(limit) and \(other), neither of them") { $0 > limit && $0 < other }
    }
}

extension ConfigurationRule<String> {
    static var notEmpty: Self { .init(text: "that is not empty") { !$0.isEmpty } }
}
