package import ArgumentParser

extension ValidationError {
    /// Holds numbers of the command line, each under its option's name, to their least value; nil is one not given.
    package static func expect(atLeast least: Int, _ options: KeyValuePairs<String, Int?>) throws(ValidationError) {
        for (name, value) in options {
            if let value, value < least {
                throw ValidationError("--\(name): expected at least \(least), found \(value)")
            }
        }
    }
}
