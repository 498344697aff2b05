import Foundation

extension DatasetInspection: CustomStringConvertible {
    /// A table for the terminal with a row for each split, and the problems below it.
    package var description: String {
        let header = [
            "split", "layout", "images", "captions", "per image", "words", "regions", "globals", "type", "MB", "norms",
            "boxes", "names", "stored",
        ]
        let rows = [header] + splits.map(Self.cells)
        let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var lines = rows.map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ").trimmed
        }
        lines.append(
            "words: least, median, most a caption; norms: mean L2 of regions and globals, of "
                + "\(DatasetInspection.Split.sampleCount) images at most")
        if splits.contains(where: { $0.globalDimension == nil }) {
            lines.append("no globals: the mean of an image's regions serves")
        }
        for split in splits where split.captions == 0 {
            lines.append("\(split.name): no captions; good for queries, not for training or evaluation")
        }
        for split in splits where split.withoutFeatures > 0 {
            lines.append(
                "\(split.name): \(split.withoutFeatures) images without features left out; failed.tsv says why")
        }
        lines.append(problems.isEmpty ? "no problems found" : "\(problems.count) problem(s):")
        return (lines + problems).joined(separator: "\n")
    }

    private static func cells(_ split: Split) -> [String] {
        func number(_ value: Double?) -> String { value.map { String(format: "%.2f", $0) } ?? "-" }
        let perImage = split.captionsPerImage
        let words = split.wordsPerCaption
        return [
            split.name, split.layout.rawValue, "\(split.images)", "\(split.captions)",
            perImage.minimum == perImage.maximum
                ? "\(perImage.minimum)" : "\(perImage.minimum)-\(perImage.maximum), mean \(number(perImage.mean))",
            words.map { "\($0.minimum)/\($0.median)/\($0.maximum)" } ?? "-",
            "\(split.regionCount) x \(split.regionDimension)",
            split.globalDimension.map(String.init) ?? "-", split.elementType,
            String(format: "%.1f", Double(split.bytes) / 1e6),
            "\(number(split.regionNorm)) \(number(split.globalNorm))",
            split.hasBoxes ? "yes" : "no", split.hasImageNames ? "yes" : "no",
            split.storedTimes == 1 ? "once" : "\(split.storedTimes) times",
        ]
    }
}
