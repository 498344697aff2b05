import Foundation
import RetrievalEvaluation

/// What a run writes down of itself while it goes on: `log.jsonl` and TensorBoard's events.
struct RunRecord {
    private let log: RunLog
    private let board: TensorBoardWriter
    private let page: RunPage?
    private let folder: RunFolder

    /// Opens the logs in `folder`, to go on from a checkpoint's step or anew.
    init(_ folder: RunFolder, page: RunPage? = nil, resumingAtStep step: Int?) throws(TrainingError) {
        (self.folder, self.page) = (folder, page)
        log = try RunLog(path: folder.file("log.jsonl"), resumingAtStep: step)
        board = try TensorBoardWriter(folder: folder.path, resumingAtStep: step)
    }

    /// Writes a step's figures down.
    /// - Parameter dropped: The captions of pairs that were left out, from 0, where such are looked for.
    func step(
        _ step: Int, epoch: Int, _ figures: [(name: String, value: Double)], dropped: [Int]? = nil
    ) throws(TrainingError) {
        let lists = dropped.map { [(name: "dropped_captions", values: $0)] } ?? []
        try log.append(step: step, epoch: epoch, figures: figures, lists: lists)
        try board.append(step: step, scalars: figures.map { ("train/" + $0.name, $0.value) })
    }

    /// Writes a validation's result down, and what some sentences found.
    func validation(
        _ result: RetrievalResult, _ retrievals: [SampleRetrievals.Retrieval], step: Int, epoch: Int,
        onEvent: (TrainingEvent) -> Void
    ) throws(TrainingError) {
        let directions = [("i2t", result.imageToText), ("t2i", result.textToImage)]
        let figures =
            [("rsum", result.rsum)]
            + directions.flatMap { name, recall in
                [
                    (name + "_r1", recall.r1), (name + "_r5", recall.r5), (name + "_r10", recall.r10),
                    (name + "_median_rank", recall.medianRank),
                ]
            }
        try log.append(step: step, epoch: epoch, figures: figures.map { ("validation_" + $0, $1) })
        try board.append(step: step, scalars: figures.map { ("validation/" + $0, $1) })
        try board.append(step: step, text: retrievals.markdown, named: "validation/sentences")
        for (number, retrieval) in retrievals.enumerated() {
            let pictures = retrieval.hits.compactMap { hit -> Data? in
                if case .jpeg(let data) = page?.picture(hit.name) { data } else { nil }
            }
            try board.append(step: step, jpegs: pictures, named: "sentence \(number + 1): \(retrieval.sentence)")
        }
        page?.write(to: folder, retrievals, onEvent: onEvent)
    }
}
