import AsCLBase

/// What an `InputError` says, which is one line.
struct InputErrorLine: Error { let line: String }

/// Runs `body`, whose `InputError` becomes its line.
func inOneLine(_ body: () throws -> Void) throws {
    do { try body() } catch let error as InputError where !error.description.contains(where: \.isNewline) {
        throw InputErrorLine(line: error.description)
    }
}
