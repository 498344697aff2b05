import AsCLBase
import Foundation
import Torch
import TorchNN

/// The tensors of a file of published weights, under the names that their table knows.
struct PublishedTensors {
    /// The file's path.
    let path: String
    private let tensors: [String: Tensor]

    /// Reads a file, safetensors or PyTorch's own.
    /// - Parameter name: The name that a table knows, of the file's.
    init(path: String, name: (String) -> String = { $0 }) throws {
        self.path = path
        let pairs = try TensorFiles.load(weights: path).map { (Self.recent(name($0.key)), $0.value) }
        tensors = try Dictionary(pairs) { _, _ in
            throw InputError(path: path, expected: "every parameter once", found: "one by two names")
        }
    }

    /// What TensorFlow's names of a normalisation's parameters are today.
    private static func recent(_ name: String) -> String {
        for (old, new) in [(".gamma", ".weight"), (".beta", ".bias")] where name.hasSuffix(old) {
            return name.dropLast(old.count) + new
        }
        return name
    }

    /// A tensor, where it is there.
    subscript(_ name: String) -> Tensor? { tensors[name] }

    /// All names in order.
    var names: [String] { tensors.keys.sorted() }

    /// A tensor of so many dimensions, which the model's sizes are read from; never an empty one, which may claim any.
    func tensor(_ name: String, dimensions: Int) throws(InputError) -> Tensor {
        let found = tensors[name]
        guard let found, found.shape.count == dimensions, !found.shape.contains(0) else {
            throw InputError(
                path: path, place: name, expected: "a tensor of \(dimensions) dimensions",
                found: found.map { "\($0.shape)" } ?? "none")
        }
        return found
    }

    /// How many numbers stand between `prefix` and the next dot.
    func count(behind prefix: String) -> Int {
        let numbers = names.filter { $0.hasPrefix(prefix) }.compactMap { name in
            name.dropFirst(prefix.count).split(separator: ".").first.flatMap { Int($0) }
        }
        return Set(numbers).count
    }
}

/// What becomes of a file's tensors by a table of keys.
struct TranslatedTensors {
    /// By our names.
    private(set) var tensors: [String: Tensor] = [:]
    /// What the table leaves: names, by the reason.
    private var left: [String: [String]] = [:]
    private let source: PublishedTensors
    private let rules: [KeyRule]
    /// The name in the file of each of ours.
    private var origins: [String: String] = [:]
    private var problems: [String] = []

    /// For notices.
    var fileName: String { URL(fileURLWithPath: source.path).lastPathComponent }

    private static let unknown = "no such parameter is known of the method"

    init(_ source: PublishedTensors, _ rules: [KeyRule]) throws {
        self.source = source
        self.rules = rules
        for name in source.names {
            guard let tensor = source[name] else { continue }
            try translate(name, tensor)
        }
    }

    private mutating func translate(_ name: String, _ tensor: Tensor) throws(TorchError) {
        guard let rule = rules.first(where: { $0.matches(name) }) else {
            left[Self.unknown, default: []].append(name)
            return
        }
        switch rule.fate {
        case .taken(let pattern): set(KeyRule.translated(name, from: rule.theirs, to: pattern), tensor, of: name)
        case .changed(let pattern, let shape, let form):
            let ours = KeyRule.translated(name, from: rule.theirs, to: pattern)
            if let changed = try form(tensor) {
                set(ours, changed, of: name)
            } else {
                problems.append("\(name): expected \(shape), found \(tensor.shape)")
                // Neither missing nor of a wrong shape besides.
                if let ours { origins[ours] = name }
            }
        case .joined: return
        case .left(let reason): left[reason, default: []].append(name)
        }
    }

    private mutating func set(_ ours: String?, _ tensor: Tensor, of theirs: String) {
        guard let ours else { return }
        (tensors[ours], origins[ours]) = (tensor, theirs)
    }

    /// Sets a parameter that is made of several.
    mutating func set(_ ours: String, _ tensor: Tensor) { tensors[ours] = tensor }

    /// Holds what there is to the shapes of a model's parameters.
    /// - Parameters:
    ///   - shapes: By our names.
    ///   - optional: Beginnings of the names of parts that the file may lack as a whole.
    /// - Returns: Those of `optional` that it lacks.
    /// - Throws: `ParameterError` with all that is missing or has another shape, by the file's names.
    func check(_ shapes: [String: [Int]], optional: [String]) throws(ParameterError) -> [String] {
        let absent = optional.filter { part in !origins.keys.contains { $0.hasPrefix(part) } }
        var problems = problems
        for (ours, shape) in shapes.sorted(by: { $0.key < $1.key }) {
            if let tensor = tensors[ours] {
                if tensor.shape == shape { continue }
                problems.append("\(origins[ours] ?? ours): expected \(shape), found \(tensor.shape)")
            } else if origins[ours] == nil, !absent.contains(where: ours.hasPrefix), let name = original(ours) {
                problems.append("\(name): expected \(shape), found nothing")
            }
        }
        guard problems.isEmpty else { throw ParameterError(path: source.path, problems: problems) }
        return absent
    }

    /// What is not taken by a model of these parameters: the file's names in order, by the reason.
    func left(besides shapes: [String: [Int]]) -> [String: [String]] {
        let others = origins.filter { shapes[$0.key] == nil }.map(\.value)
        guard !others.isEmpty else { return left }
        return left.merging([Self.unknown: others.sorted()]) { ($0 + $1).sorted() }
    }

    /// What the file would call one of ours.
    private func original(_ ours: String) -> String? {
        for rule in rules {
            guard let pattern = rule.ours,
                let name = KeyRule.translated(ours, from: pattern, to: rule.theirs)
            else { continue }
            return name
        }
        return nil
    }
}
