import Foundation
import RunReports

/// The figures of a run's log over its steps, by name.
struct RunCurves {
    private let points: [String: [(step: Int, value: Double)]]

    /// Reads a log; lines that are none, such as one cut short, are left out.
    init(log path: String) {
        var points: [String: [(step: Int, value: Double)]] = [:]
        for line in (FileManager.default.contents(atPath: path) ?? Data()).split(separator: 0x0A) {
            guard let object = try? JSONSerialization.jsonObject(with: line) as? [String: Any],
                let step = object["step"] as? Int
            else { continue }
            for (name, value) in object {
                if let value = value as? Double { points[name, default: []].append((step, value)) }
            }
        }
        self.points = points
    }

    /// What was logged under a name.
    func callAsFunction(_ name: String) -> [(step: Int, value: Double)] { points[name] ?? [] }

    /// Names that begin so, in order.
    func names(_ prefix: String) -> [String] { points.keys.filter { $0.hasPrefix(prefix) }.sorted() }

    /// A figure over the steps as a line of at most `most` points, each the mean of equally many; nil of fewer than two.
    func series(_ title: String, _ name: String, most: Int = 80) -> LineChart.Series? {
        let all = self(name)
        guard all.count > 1 else { return nil }
        let size = (all.count + most - 1) / most
        return LineChart.Series(
            title,
            stride(from: 0, to: all.count, by: size).map { start in
                let part = all[start..<min(start + size, all.count)]
                let mean = part.reduce(0) { $0 + $1.value } / Double(part.count)
                return LineChart.Point(at: Double(part[part.endIndex - 1].step), Estimate(mean))
            })
    }
}
