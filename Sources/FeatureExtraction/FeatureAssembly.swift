import ArrayFiles
import Foundation
import RetrievalData

/// Makes a folder's finished files from the store.
struct FeatureAssembly {
    let folder: FeatureFolder
    let layout: RecordLayout
    let classNames: [String]
    /// Karpathy's JSON, to lie beside the features.
    let captions: CaptionsCopy?

    /// Whether the files that `contents` ask for are there.
    func isComplete(_ contents: FeatureContents) -> Bool {
        names(contents).allSatisfy { FileManager.default.fileExists(atPath: "\(folder.path)/\($0)") }
    }

    /// Makes all files anew and puts them in place. Only one picture's features are in memory at a time.
    func write(_ contents: FeatureContents, from store: BlockStore, isCancelled: () -> Bool) throws {
        for (split, rows) in contents.rows where !rows.isEmpty {
            let writers = try layout.columns.map { column in
                try NumpyWriter(
                    path: folder.staged(split + column.suffix), elementType: column.elementType,
                    shape: [rows.count] + column.rowShape)
            }
            for (_, digest) in rows {
                if isCancelled() { throw CancellationError() }
                try store.withRecord(of: digest) { record in
                    for (column, writer) in zip(layout.columns, writers) {
                        try writer.append(UnsafeRawBufferPointer(rebasing: record[column.bytes]))
                    }
                }
            }
            for writer in writers { try writer.finish() }
            try folder.stage(rows.map { $0.name + "\n" }.joined(), split + "_ids.txt")
        }
        if !classNames.isEmpty { try folder.stage(classNames.map { $0 + "\n" }.joined(), FeatureFolder.classNamesName) }
        if !contents.failures.lines.isEmpty { try folder.stage(contents.failures.text, FailureTable.name) }
        try captions?.copy(to: folder.staging)
        try folder.publish(captions.map { [$0.name] } ?? [])
    }

    private func names(_ contents: FeatureContents) -> [String] {
        contents.rows.filter { !$0.value.isEmpty }.keys
            .flatMap { split in (layout.columns.map(\.suffix) + ["_ids.txt"]).map { split + $0 } }
            + (classNames.isEmpty ? [] : [FeatureFolder.classNamesName])
            + (contents.failures.lines.isEmpty ? [] : [FailureTable.name]) + (captions.map { [$0.name] } ?? [])
    }
}
