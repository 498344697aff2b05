import AsCLBase

/// The terms that a model card states.
package struct HubLicence: Sendable, Equatable, CustomStringConvertible {
    /// The hub's name of a licence, such as `mit`; `other` for one of the model's own; nil where the card states none.
    package let identifier: String?
    /// What a licence of the model's own is called.
    package let name: String?
    /// Where it can be read.
    package let link: String?

    /// Reads the metadata of a model's card (`cardData`), or else the tags that the hub makes of it.
    init(card: JSONValue?, tags: JSONValue?) {
        let stated = card?["license"].flatMap { $0.string ?? $0.array?.first?.string }
        let tag = tags?.array?.compactMap(\.string).first { $0.hasPrefix("license:") }
        identifier = (stated ?? tag.map { String($0.dropFirst("license:".count)) })?.lowercased()
        name = card?["license_name"]?.string
        link = card?["license_link"]?.string
    }

    /// Whether it is known, or has to be feared, to forbid some uses: research-only and non-commercial licences, and those
    /// that only their own text tells.
    package var isRestricted: Bool {
        guard let identifier else { return false }
        let all = [identifier, name?.lowercased() ?? ""]
        return identifier == "other" || identifier == "unknown"
            || all.contains { text in
                ["amlr", "cc-by-nc", "noncommercial", "non-commercial", "research"].contains(where: text.contains)
            }
    }

    /// The terms in a line.
    package var description: String {
        guard let identifier else { return "no licence stated" }
        let parts = [name, link].compactMap { $0 }
        return "licence \(identifier)\(parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))")".shownInOneLine
    }
}
