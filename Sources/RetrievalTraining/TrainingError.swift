import AsCLBase

/// What can go wrong in a training's configuration and output; every case describes itself in one line.
public enum TrainingError: Error, CustomStringConvertible, Sendable, Equatable {
    /// A value that cannot be: `source` is a file (with its line) or an override, `key` the path of the value in it.
    case invalidValue(source: String, key: String, expected: String, found: String)
    /// A key that the configuration does not have.
    case unknownKey(source: String, key: String, nearest: String?, known: [String])
    /// Text that is not what its format asks for, in a YAML file or a log.
    case malformed(source: String, problem: String)
    /// A file or folder that cannot be used; `problem` is the system's reason or ours.
    case unusable(path: String, problem: String)
    /// A loss that is no number: the run cannot go on.
    case diverged(step: Int, loss: Double)
    /// A model that is to write captions guesses too few of masked words; parts of all.
    case tooFewWords(step: Int, right: Double, without: Double, least: Double)

    /// One line: the place, what was expected and what was found.
    public var description: String { message.escapedForOneLine }

    private var message: String {
        switch self {
        case .invalidValue(let source, let key, let expected, let found):
            let place = key.isEmpty ? source : "\(source): \(key)"
            return "\(place): expected \(expected), found \(found)"
        case .unknownKey(let source, let key, let nearest, let known):
            let hint = nearest.map { "did you mean \($0)? " } ?? ""
            return "\(source): \(key): unknown key; \(hint)known keys: \(known.joined(separator: ", "))"
        case .malformed(let source, let problem):
            return "\(source): \(problem)"
        case .unusable(let path, let problem):
            return "\(path): \(problem)"
        case .diverged(let step, let loss):
            return
                "step \(step): loss: expected a finite number, found \(loss); a lower training.learning_rate may help"
        case .tooFewWords(let step, let right, let without, let least):
            let (found, blind) = ((right * 1000).rounded() / 10, (without * 1000).rounded() / 10)
            return
                "after step \(step): masked words: expected \((least * 1000).rounded() / 10) % of them guessed right with the "
                + "picture before any caption is written (refill.least_accuracy), found \(found) % (\(blind) % without "
                + "it); more pretraining.epochs may help"
        }
    }
}
