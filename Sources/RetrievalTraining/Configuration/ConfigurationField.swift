import Yams

/// A mapping of a configuration file: a structure and the table of its keys.
protocol ConfigurationSection: Sendable {
    static var fields: [ConfigurationField<Self>] { get }

    /// Refuses values that are possible alone but not together.
    func check(at place: ConfigurationPlace) throws(TrainingError)
}

/// One key of a section: how it is read into the section, checked and written.
struct ConfigurationField<Section>: Sendable {
    let key: String
    let read: @Sendable (Node, ConfigurationPlace, inout Section) throws(TrainingError) -> Void
    let check: @Sendable (ConfigurationPlace, Section) throws(TrainingError) -> Void
    let write: @Sendable (Section) -> Node

    /// A value, which keeps to `rule`.
    init<Value: ConfigurationValue>(
        _ key: String, _ path: any WritableKeyPath<Section, Value> & Sendable,
        _ rule: ConfigurationRule<Value> = .any
    ) {
        self.key = key
        read = { (node, place, section) throws(TrainingError) in
            guard let scalar = node.scalar, let value = Value(scalar), rule.allows(value) else {
                let expected = rule.text.isEmpty ? Value.name : "\(Value.name) \(rule.text)"
                throw place.at(node.mark).invalid(expected: expected, found: node.summary)
            }
            section[keyPath: path] = value
        }
        check = { (_, _) throws(TrainingError) in }
        write = { .scalar($0[keyPath: path].scalar) }
    }

    /// A section within the section.
    init<Inner: ConfigurationSection>(_ key: String, _ path: any WritableKeyPath<Section, Inner> & Sendable) {
        self.key = key
        read = { (node, place, section) throws(TrainingError) in try section[keyPath: path].read(node, at: place) }
        check = { (place, section) throws(TrainingError) in try section[keyPath: path].check(at: place) }
        write = { $0[keyPath: path].node }
    }
}

extension ConfigurationSection {
    /// Checks the sections within this one.
    func check(at place: ConfigurationPlace) throws(TrainingError) { try checkSections(at: place) }

    /// The same, for a section that has more to check.
    func checkSections(at place: ConfigurationPlace) throws(TrainingError) {
        for field in Self.fields {
            try field.check(place.key(field.key), self)
        }
    }

    /// Takes over the values that `node` names and leaves the others as they are; `check` is still to be called.
    mutating func read(_ node: Node, at place: ConfigurationPlace) throws(TrainingError) {
        guard let mapping = node.mapping else {
            throw place.at(node.mark).invalid(expected: "a mapping", found: node.summary)
        }
        for (key, value) in mapping {
            let place = place.at(key.mark)
            guard let name = key.scalar?.string else {
                throw place.invalid(expected: "text as every key", found: key.summary)
            }
            guard let field = Self.fields.first(where: { $0.key == name }) else {
                throw place.key(name).unknown(known: Self.fields.map(\.key))
            }
            try field.read(value, place.key(name), &self)
        }
    }

    /// The section as YAML, keys in the table's order.
    var node: Node {
        .mapping(.init(Self.fields.map { (.scalar(.init($0.key)), $0.write(self)) }))
    }
}
