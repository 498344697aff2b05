import Torch

/// A line of a table of keys: what published weights call a parameter, and what becomes of it here. An asterisk at the end
/// of both names stands for whatever follows.
struct KeyRule {
    /// What becomes of a tensor.
    enum Fate {
        /// It is taken as it is, under this name.
        case taken(String)
        /// It is taken in another form, under this name. The form is nil where the tensor has not the shape that `shape`
        /// describes.
        case changed(String, shape: String, form: (Tensor) throws(TorchError) -> Tensor?)
        /// It goes into a parameter that is made of several.
        case joined
        /// It is not taken, for this reason.
        case left(String)
    }

    let theirs: String
    let fate: Fate

    /// Taken as it is.
    init(_ theirs: String, _ ours: String) {
        self.init(theirs, .taken(ours))
    }

    init(_ theirs: String, _ fate: Fate) {
        self.theirs = theirs
        self.fate = fate
    }

    /// The name here, as a pattern.
    var ours: String? {
        switch fate {
        case .taken(let ours), .changed(let ours, _, _): ours
        case .joined, .left: nil
        }
    }

    /// What `name` is called on the other side; nil where it is not what `pattern` describes.
    static func translated(_ name: String, from pattern: String, to other: String) -> String? {
        guard pattern.hasSuffix("*") else { return name == pattern ? other : nil }
        let stem = pattern.dropLast()
        return name.hasPrefix(stem) ? String(other.dropLast() + name.dropFirst(stem.count)) : nil
    }

    func matches(_ name: String) -> Bool { Self.translated(name, from: theirs, to: "*") != nil }
}
