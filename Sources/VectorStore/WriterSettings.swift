/// What tests of a writer set.
struct WriterSettings: Sendable {
    /// The moments between which a crash would leave different files. Tests end the process at each of them.
    enum Moment: String, CaseIterable, Codable, Sendable {
        case bodyWritten, headerDue, blocksFinished, segmentCreated, segmentListed, marksWritten
        case compactedWritten, compactedListed, oldRemoved
    }

    /// A segment of so many bytes gets no more blocks. Compaction writes no more than that for one deleted row, and opening
    /// reads no more than that.
    var segmentSize = 128 << 20
    /// What happens at a moment.
    var reached: @Sendable (Moment) throws -> Void = { _ in }
}
