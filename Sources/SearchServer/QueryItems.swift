import Foundation

/// The named values behind a `?`, as forms and `URLSearchParams` write them.
struct QueryItems {
    private let items: [(name: String, value: String)]

    /// - Throws: `RequestProblem` for bytes that are not UTF-8 and for names that are not known.
    init(_ text: String?, known: Set<String>) throws {
        items = try (text ?? "").split(separator: "&").map { item in
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let texts = try parts.map { part in
                guard let text = part.replacing("+", with: " ").removingPercentEncoding, !text.contains("\0") else {
                    throw RequestProblem.bad("query", expected: "UTF-8 text, percent-encoded", found: part)
                }
                return text
            }
            return (texts[0], texts.count > 1 ? texts[1] : "")
        }
        if let strange = items.first(where: { !known.contains($0.name) }) {
            throw RequestProblem.bad("query", expected: known.sorted().joined(separator: ", "), found: strange.name)
        }
    }

    /// The values of a name that are not blank.
    func all(_ name: String) -> [String] {
        items.filter { $0.name == name && !$0.value.allSatisfy(\.isWhitespace) }.map(\.value)
    }

    /// The only text of a name; nil where it has none, or a blank one.
    func text(_ name: String) throws -> String? {
        try one(name).flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
    }

    /// The only value of a name; nil where it is not there.
    func one(_ name: String) throws -> String? {
        let values = items.filter { $0.name == name }.map(\.value)
        guard values.count < 2 else { throw RequestProblem.bad(name, expected: "one value", found: values.count) }
        return values.first
    }

    /// The whole number of a name.
    func number(_ name: String, in range: ClosedRange<Int>, default standard: Int) throws -> Int {
        guard let text = try one(name) else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw RequestProblem.bad(
                name, expected: "a number from \(range.lowerBound) to \(range.upperBound)", found: text)
        }
        return number
    }

    /// One of several words.
    func choice<Choice: CaseIterable & RawRepresentable<String>>(_ name: String) throws -> Choice? {
        guard let text = try one(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw RequestProblem.bad(
                name, expected: "one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))", found: text)
        }
        return choice
    }
}
