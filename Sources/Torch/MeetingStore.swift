import AsCLBase
import CTorch
import Foundation

/// c10d's store, in which processes find each other and say who they are.
final class MeetingStore {
    let handle: CTStore
    private let place: Launch.MeetingPlace

    /// This process, as the others are told of it.
    static let ownName = "process \(getpid()) on \(ProcessInfo.processInfo.hostName)"

    /// Connects to it; process 0 serves it where nobody else does.
    init(_ launch: Launch, at place: Launch.MeetingPlace, _ limits: ProcessGroup.Limits) throws(InputError) {
        let serves = launch.rank == 0 && !place.isServed
        var handle: CTStore?
        // A store that outlives a failure still has the keys of the processes that failed.
        let status = ct_store_open(
            place.host, place.port, serves, "ascl/\(launch.restarts)", limits.joining, &handle)
        guard status == 0, let handle else {
            let reason = TorchError.last("").reason
            if serves, reason.contains("EADDRINUSE") {
                throw InputError(
                    path: "environment", place: "MASTER_PORT", expected: "a free port of \(place.host)",
                    found: "\(place.port), which is in use")
            }
            throw InputError(
                path: "rank \(launch.rank) of \(launch.size)", place: "\(place)",
                expected: serves ? "a port to listen on" : "an answer within \(Int(limits.joining)) s",
                found: serves ? reason : "none (\(reason))")
        }
        self.handle = handle
        self.place = place
    }

    deinit { ct_store_release(handle) }

    /// Holds what this process says of itself against what the others say.
    func expect(_ launch: Launch, as own: String = ownName) throws {
        let size = try claim("size", "\(launch.size)")
        guard size == "\(launch.size)" else {
            throw InputError(
                path: "environment", place: "number of processes", expected: "\(size), as another process has",
                found: "\(launch.size)")
        }
        let holder = try claim("rank/\(launch.rank)", own)
        guard holder == own else {
            throw InputError(
                path: "environment", place: launch.rankVariable, expected: "a number of its own for \(own)",
                found: "\(launch.rank), which \(holder) has")
        }
        _ = try count(adding: 1)
    }

    private func claim(_ key: String, _ value: String) throws(TorchError) -> String {
        var found: UnsafePointer<CChar>?
        try TorchError.check(ct_store_claim(handle, key, value, &found), "\(place)")
        return found.map { String(cString: $0) } ?? value
    }

    /// How many processes have come.
    func count(adding amount: Int64 = 0) throws(TorchError) -> Int {
        var sum: Int64 = 0
        try TorchError.check(ct_store_add(handle, "present", amount, &sum), "\(place)")
        return Int(sum)
    }
}
