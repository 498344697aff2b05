package import Foundation

/// A run's figures for TensorBoard: an event file `events.out.tfevents.<time>.<host>` in the run's folder.
package final class TensorBoardWriter {
    private let file: AppendedFile

    /// Starts an event file.
    ///
    /// - Parameters:
    ///   - folder: the run's folder, which may hold event files of the run before it was resumed.
    ///   - step: the checkpoint's step that the run goes on from; TensorBoard then drops what an earlier file says of
    ///     later steps. Nil for a new run.
    /// - Throws: `TrainingError` when the file cannot be written.
    package init(
        folder: String, resumingAtStep step: Int?, time: Date = Date(), host: String = ProcessInfo.processInfo.hostName
    ) throws(TrainingError) {
        // TensorBoard reads the files of a folder in the order of their names: a run resumed within the same second
        // takes the next one.
        var second = Int(time.timeIntervalSince1970)
        let path = { "\(folder)/\(Self.prefix)\(second).\(host)" }
        while FileManager.default.fileExists(atPath: path()) {
            second += 1
        }
        file = try AppendedFile(path: path(), new: true)
        try append(step: 0, content: .fileVersion, time: time)
        if let step {
            try append(step: step + 1, content: .sessionStart, time: time)
        }
    }

    /// Adds the figures of a step; a tag such as `validation/rsum` puts them in a group.
    package func append(
        step: Int, scalars: [(name: String, value: Double)], time: Date = Date()
    ) throws(TrainingError) {
        try append(step: step, content: .scalars(scalars), time: time)
    }

    /// Adds a text of a step, in Markdown.
    func append(step: Int, text: String, named name: String, time: Date = Date()) throws(TrainingError) {
        try append(step: step, content: .text(name: name, text), time: time)
    }

    /// Adds pictures of a step below one name; nothing where there are none.
    func append(step: Int, jpegs: [Data], named name: String, time: Date = Date()) throws(TrainingError) {
        guard !jpegs.isEmpty else { return }
        let images = jpegs.enumerated().map { ("\(name)/\($0 + 1)", $1) }
        try append(step: step, content: .images(images), time: time)
    }

    /// What every event file's name begins with.
    static let prefix = "events.out.tfevents."

    private func append(step: Int, content: TensorBoardEvent.Content, time: Date) throws(TrainingError) {
        try file.append(TensorBoardEvent(time: time.timeIntervalSince1970, step: step, content: content).record)
    }
}
