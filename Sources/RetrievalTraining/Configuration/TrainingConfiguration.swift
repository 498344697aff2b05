import AsCLBase
import Foundation
import Yams

/// Everything that decides a training run except the data's folder, read from a YAML file.
///
/// Every key may be left out and then has the paper's value for MSCOCO (`Configs/mscoco.yaml` spells them all out).
/// Unknown keys, wrong types and impossible values are refused. To add a setting, add its property to a section and
/// its line to that section's `fields`: reading, checking, overriding and writing follow from it.
public struct TrainingConfiguration: Sendable, Equatable {
    /// The network's shape and its score.
    package var model = ModelSection()
    /// The caption's encoder.
    package var textEncoder = TextEncoderSection()
    /// The loss over a batch.
    package var loss = LossSection()
    /// What goes before the loss, in a method with tasks of its own.
    package var pretraining = PretrainingSection()
    /// Slower copies of the model and the keys that they make.
    package var momentum = MomentumSection()
    /// What UNITER+DG learns from between the two.
    package var graph = GraphSection()
    /// The wrong captions that TAGS-DC writes.
    package var refill = RefillSection()
    /// The generated samples.
    package var samples = Samples()
    /// The optimisation and its schedule.
    package var training = TrainingSection()
    /// Which splits are trained and validated on.
    package var data = DataSection()

    /// The paper's configuration for MSCOCO.
    public init() {}

    /// Reads a configuration from YAML text.
    ///
    /// - Parameters:
    ///   - yaml: one YAML document, a mapping of sections.
    ///   - source: the file's name, for errors.
    /// - Throws: `TrainingError` naming the source, line, key, what was expected and what was found.
    public init(yaml: String, source: String) throws(TrainingError) {
        let place = ConfigurationPlace(source: source)
        try read(parseYAML(yaml, place: place), at: place)
        try check(at: place)
    }

    /// Reads a configuration from a YAML file.
    ///
    /// - Throws: `TrainingError` as `init(yaml:source:)`, also when the file cannot be read or is not UTF-8.
    public init(contentsOf path: String) throws(TrainingError) {
        let file = try readFile(path)
        let bytes: ArraySlice<UInt8>
        do throws(InputError) {
            bytes = try TextFile.withoutMark(file, path: path)
        } catch {
            throw .malformed(source: path, problem: error.reason)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed(source: path, problem: "expected UTF-8 text, found other bytes")
        }
        try self.init(yaml: text, source: path)
    }

    /// Changes single values, as `--set` on the command line does; nothing is changed when one of them is refused.
    ///
    /// - Parameter overrides: `key=value` with the key's path and a YAML value, as `training.epochs=3`. The last one
    ///   wins, and values that depend on each other are checked once all are set.
    /// - Throws: `TrainingError` naming the override.
    public mutating func apply(overrides: [String]) throws(TrainingError) {
        var changes: [Change] = []
        for override in overrides { changes.append(try Change(override)) }
        try apply(changes)
    }

    /// The same with changes from anywhere.
    package mutating func apply(_ changes: [Change]) throws(TrainingError) {
        var changed = self
        for change in changes {
            let place = ConfigurationPlace(source: change.source)
            let value = try parseYAML(change.value, place: place)
            let keys = change.key.split(separator: ".", omittingEmptySubsequences: false)
            let document = keys.reversed().reduce(value) { node, key in
                Node.mapping([.scalar(.init(String(key))): node])
            }
            try changed.read(document, at: place)
        }
        if !changes.isEmpty {
            try changed.check(at: ConfigurationPlace(source: changes.map(\.source).joined(separator: " ")))
        }
        self = changed
    }

    /// A value to set.
    package struct Change: Sendable, Equatable {
        /// Its path, such as `training.epochs`.
        package let key: String
        /// The value as YAML.
        package let value: String
        /// Who wants it, for errors: an option of the command line, `--set training.epochs=3` or `--epochs 3`.
        package let source: String

        /// A value to set.
        package init(_ key: String, _ value: String, source: String) {
            (self.key, self.value, self.source) = (key, value, source)
        }

        /// A value set by `key=value`.
        package init(_ override: String) throws(TrainingError) {
            source = "--set \(override)"
            guard let equals = override.firstIndex(of: "=") else {
                throw .malformed(source: source, problem: "expected key=value, found no \"=\"")
            }
            (key, value) = (String(override[..<equals]), String(override[override.index(after: equals)...]))
        }
    }

    /// The whole configuration as YAML, defaults included; reading it gives an equal configuration.
    public func yaml() throws -> String {
        try serialize(node: node, width: -1, allowUnicode: true)
    }
}

extension TrainingConfiguration: ConfigurationSection {
    static let fields: [ConfigurationField<Self>] = [
        .init("model", \.model),
        .init("text_encoder", \.textEncoder),
        .init("loss", \.loss),
        .init("pretraining", \.pretraining),
        .init("momentum", \.momentum),
        .init("graph", \.graph),
        .init("refill", \.refill),
        .init("samples", \.samples),
        .init("training", \.training),
        .init("data", \.data),
    ]
}

/// Coded as its YAML text, so that a configuration kept in another file is checked like any other when it is read.
extension TrainingConfiguration: Codable {
    /// Reads the YAML text and checks it.
    public init(from decoder: any Decoder) throws {
        try self.init(yaml: decoder.singleValueContainer().decode(String.self), source: "the saved configuration")
    }

    /// Writes the YAML text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(yaml())
    }
}
