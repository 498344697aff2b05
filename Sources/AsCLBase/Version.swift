/// The version of the package.
package enum Version {
    /// As `ascl --version` prints it and CHANGELOG.md's newest heading has it.
    package static let current = "0.1.0"
}
