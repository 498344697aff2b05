import Foundation

/// What a launcher (torchrun, `srun`, `mpirun`) tells a process of those that it is one of, by environment variables.
package struct Launch: Sendable, Equatable {
    /// A launcher's variables: a process's number from 0, how many there are, and its number on its host.
    private struct Variables {
        let rank, size, localRank: String
    }

    /// In the order in which open_clip's programs look: who runs them here needs no other variables. torchrun's come first,
    /// as it may itself be started by the others.
    private static let launchers = [
        Variables(rank: "RANK", size: "WORLD_SIZE", localRank: "LOCAL_RANK"),
        Variables(rank: "PMI_RANK", size: "PMI_SIZE", localRank: "MPI_LOCALRANKID"),
        Variables(rank: "SLURM_PROCID", size: "SLURM_NTASKS", localRank: "SLURM_LOCALID"),
        Variables(
            rank: "OMPI_COMM_WORLD_RANK", size: "OMPI_COMM_WORLD_SIZE", localRank: "OMPI_COMM_WORLD_LOCAL_RANK"),
    ]

    /// The process's number, from 0, and how many there are.
    package let rank, size: Int
    /// The variable that says the number, for errors.
    package let rankVariable: String
    /// Its number among those of its host, from 0, and how many these are where that is told.
    package let localRank: Int
    package let localSize: Int?
    /// How often its launcher has started it again.
    package let restarts: Int

    /// What the environment says.
    /// - Returns: nil where no launcher has started this process.
    /// - Throws: `InputError` where a variable is missing, is no number, or contradicts another.
    package init?(environment: [String: String]) throws(InputError) {
        let isThere = { (variables: Variables) in environment[variables.rank] != nil }
        guard let found = Self.launchers.first(where: isThere) else {
            // Slurm's number of tasks is told to its shells too, which are no task.
            guard let size = environment["WORLD_SIZE"] else { return nil }
            throw Self.problem("RANK", expected: "a number below WORLD_SIZE, \(size)", found: nil)
        }
        rankVariable = found.rank
        rank = try Self.number(found.rank, in: environment)
        size = try Self.number(found.size, in: environment)
        guard (0..<size).contains(rank) else {
            throw Self.problem(found.rank, expected: "a number below \(found.size), \(size)", found: "\(rank)")
        }
        // `mpirun` in a Slurm job starts processes that all have the number of the job's one task.
        for other in Self.launchers where found.rank != "RANK" && isThere(other) {
            let others = (try Self.number(other.rank, in: environment), try Self.number(other.size, in: environment))
            guard others == (rank, size) else {
                throw Self.problem(
                    found.rank, expected: "what \(other.rank) says, \(others.0) of \(others.1), or RANK and WORLD_SIZE",
                    found: "\(rank) of \(size)")
            }
        }
        localRank = environment[found.localRank] == nil ? 0 : try Self.number(found.localRank, in: environment)
        localSize =
            environment["LOCAL_WORLD_SIZE"] == nil ? nil : try Self.number("LOCAL_WORLD_SIZE", in: environment)
        guard (0..<(localSize ?? size)).contains(localRank) else {
            throw Self.problem(
                found.localRank, expected: "a number below the processes of its host, \(localSize ?? size)",
                found: "\(localRank)")
        }
        let counter = ["TORCHELASTIC_RESTART_COUNT", "SLURM_RESTART_COUNT"].first { environment[$0] != nil }
        restarts = try counter.map { (name) throws(InputError) in try Self.number(name, in: environment) } ?? 0
    }

    /// Where processes find each other.
    package struct MeetingPlace: Sendable, Equatable, CustomStringConvertible {
        /// A host, by its name or address, and its port.
        package let host: String
        package let port: UInt16
        /// Whether the launcher serves the store there, as torchrun does; else process 0 has to.
        package let isServed: Bool

        /// A host's port.
        package init(host: String, port: UInt16, isServed: Bool) {
            (self.host, self.port, self.isServed) = (host, port, isServed)
        }

        /// `host:port`.
        package var description: String { "\(host):\(port)" }
    }

    /// Where these processes find each other.
    /// - Throws: `InputError` where a variable is missing or is no port.
    package static func meetingPlace(environment: [String: String]) throws(InputError) -> MeetingPlace {
        guard let host = environment["MASTER_ADDR"], !host.isEmpty else {
            throw problem(
                "MASTER_ADDR", expected: "the host of process 0, as several processes are to train together", found: nil
            )
        }
        guard let port = environment["MASTER_PORT"].flatMap(UInt16.init), port > 0 else {
            throw problem(
                "MASTER_PORT", expected: "a port of \(host), from 1 to 65535", found: environment["MASTER_PORT"])
        }
        return MeetingPlace(host: host, port: port, isServed: environment["TORCHELASTIC_USE_AGENT_STORE"] == "True")
    }

    private static func number(_ name: String, in environment: [String: String]) throws(InputError) -> Int {
        guard let number = environment[name].flatMap({ Int($0) }), number >= 0 else {
            throw problem(name, expected: "a whole number", found: environment[name])
        }
        return number
    }

    private static func problem(_ name: String, expected: String, found: String?) -> InputError {
        InputError(path: "environment", place: name, expected: expected, found: found ?? "nothing")
    }
}

extension Launch {
    /// Leaves a failure's line where torchrun looks for it, if torchrun started this process.
    package static func report(_ failure: String, environment: [String: String]) {
        guard let path = environment["TORCHELASTIC_ERROR_FILE"] else { return }
        // Without a Python program's call stack torchrun prints the line itself.
        let extra = ["timestamp": "\(Int(Date.now.timeIntervalSince1970))"]
        let report: [String: Any] = ["message": ["message": failure, "extraInfo": extra] as [String: Any]]
        guard let data = try? JSONSerialization.data(withJSONObject: report, options: .sortedKeys) else { return }
        // The line itself is printed: that torchrun cannot repeat it is no further failure.
        try? AtomicFile.write(data, to: path)
    }
}
