import CWaiting

/// How the threads of libtorch's OpenMP wait in this program: see CWaiting.h.
package enum Waiting {
    /// What decides it, in the environment; a user's own setting stays.
    package static let variable = "GOMP_SPINCOUNT"
    /// How often a waiting thread looks before it sleeps, unless the environment says otherwise.
    package static var spins: Int { Int(waiting_spins) }
}
