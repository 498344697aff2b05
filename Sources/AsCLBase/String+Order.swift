extension String {
    /// Bytewise order, the same on every machine and in every language.
    package func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}
