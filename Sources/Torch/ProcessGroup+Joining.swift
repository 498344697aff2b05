package import AsCLBase
import CTorch
import Foundation

extension ProcessGroup {
    /// How long processes wait for each other, in seconds.
    package struct Limits: Sendable {
        let joining, working: Double

        /// - Parameters:
        ///   - joining: Until all have come: a scheduler may start them minutes apart.
        ///   - working: For one that is still at its part, or writes a checkpoint.
        package init(joining: Double = 300, working: Double = 1800) {
            (self.joining, self.working) = (joining, working)
        }
    }

    /// Joins the processes that a launcher has started.
    /// - Throws: `InputError` where they do not find each other, or contradict each other.
    package static func joined(
        _ launch: Launch, at place: Launch.MeetingPlace, _ limits: Limits = Limits()
    ) throws -> ProcessGroup {
        let store = try MeetingStore(launch, at: place, limits)
        try store.expect(launch)
        // libtorch reads that variable by itself, where it is left the choice.
        let isChosen = ProcessInfo.processInfo.environment["GLOO_SOCKET_IFNAME"] != nil
        var handle: CTGroup?
        let status = withExtendedLifetime(store) {
            ct_group_join(
                store.handle, isChosen ? nil : place.ownAddress, Int32(launch.rank), Int32(launch.size), limits.joining,
                &handle)
        }
        guard status == 0, let handle else {
            let reason = TorchError.last("").reason
            // The store may be what is gone.
            let present = try? store.count()
            throw InputError(
                path: "rank \(launch.rank) of \(launch.size)", place: "\(place)",
                expected: "\(launch.size) processes within \(Int(limits.joining)) s",
                found: present.flatMap { $0 < launch.size ? "\($0)" : nil } ?? "no way between them (\(reason))")
        }
        let group = ProcessGroup(handle, rank: launch.rank, size: launch.size)
        group.setLimit(limits.working)
        return group
    }
}
