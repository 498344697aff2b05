/// The kind of asymmetry between picture and caption that a probe case tries.
package enum AsymmetryType: String, Codable, Sendable, CaseIterable {
    /// The wrong caption is the right one with an absent object added or a detail made wrong.
    case detail = "I"
    /// Two captions joined: still right, or wrong because one of them is another picture's.
    case joined = "II"
    /// Captions cut to half: still right, or another picture's.
    case shortened = "III"
}
