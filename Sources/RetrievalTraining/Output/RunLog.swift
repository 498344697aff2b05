package import Foundation

/// The log of a run, `log.jsonl`: one JSON object a line with the time, the step, the epoch and named figures.
///
///     {"time":"2024-05-01T12:00:00Z","step":20,"epoch":1,"loss":3.25,"pairs_per_second":410.5}
package final class RunLog {
    private let file: AppendedFile

    /// Opens the log for appending.
    ///
    /// - Parameters:
    ///   - path: the file; created when it is missing.
    ///   - step: the checkpoint's step that the run goes on from. Lines of later steps are dropped, as the run writes
    ///     them again, and so is a last line that a kill cut short. Nil starts an empty log.
    /// - Throws: `TrainingError` naming the line that is no log line, or the file that cannot be used.
    package init(path: String, resumingAtStep step: Int?) throws(TrainingError) {
        if let step, FileManager.default.fileExists(atPath: path) {
            try replaceFile(path, with: Self.lines(ofFile: path, upToStep: step))
        } else {
            try replaceFile(path, with: [])
        }
        file = try AppendedFile(path: path)
    }

    /// Adds a line.
    ///
    /// - Parameters:
    ///   - figures: named figures in the order to write them; a name is written as it stands. JSON has no infinities and
    ///     no NaN: they are written as the texts "inf", "-inf" and "nan".
    ///   - lists: named lists of whole numbers.
    package func append(
        step: Int, epoch: Int, figures: [(name: String, value: Double)], lists: [(name: String, values: [Int])] = [],
        time: Date = Date()
    ) throws(TrainingError) {
        var line = "{\"time\":\"\(time.formatted(.iso8601))\",\"step\":\(step),\"epoch\":\(epoch)"
        for (name, value) in figures {
            line += value.isFinite ? ",\"\(name)\":\(value)" : ",\"\(name)\":\"\(value)\""
        }
        for (name, values) in lists { line += ",\"\(name)\":\(values)" }
        try file.append(Array((line + "}\n").utf8))
    }

    /// What the reader of a line needs of it here.
    private struct Line: Decodable {
        let step: Int
    }

    private static func lines(ofFile path: String, upToStep last: Int) throws(TrainingError) -> [UInt8] {
        let bytes = try readFile(path)
        var kept: [UInt8] = []
        // What stands behind the last newline was cut short by a kill.
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast().enumerated() {
            guard let step = try? JSONDecoder().decode(Line.self, from: Data(line)).step else {
                let found = String(decoding: line.prefix(60), as: UTF8.self).debugDescription
                throw .malformed(
                    source: "\(path):\(index + 1)", problem: "expected a JSON object with a \"step\", found \(found)")
            }
            if step <= last {
                kept += line + [0x0A]
            }
        }
        return kept
    }
}
