/// The moments of writing between which a crash would leave different files. Tests end the process at each of them.
struct Moments: Sendable {
    enum Moment: CaseIterable, Sendable {
        case bodyWritten, headerDue, blocksFinished, segmentCreated, segmentListed, marksWritten
        case compactedWritten, compactedListed, oldRemoved
    }

    /// What a test does then; nothing otherwise.
    var reached: @Sendable (Moment) throws -> Void = { _ in }
}
