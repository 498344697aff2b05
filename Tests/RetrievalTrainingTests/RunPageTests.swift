import Foundation
import RetrievalModels
import Testing
import TextEncoding

@testable import RetrievalTraining

@Suite struct RunPageTests {
    /// Trains with a page; what is told.
    private func train(
        _ training: TinyTraining, picture: RunPage.Picture? = nil, prepare: (RunFolder) throws -> Void = { _ in }
    ) throws -> [String] {
        var configuration = training.configuration
        (configuration.model.jointDimension, configuration.model.heads) = (8, 2)
        let run = try TrainingRun(
            configuration, (training.split, training.split), path: "data",
            encoder: TextEncoder(directory: training.folder.path + "/bert"), device: .cpu)
        let folder = try run.claim(training.folder.path + "/run", existing: .refuse)
        try prepare(folder)
        var lines: [String] = []
        let outcome = try run.trainer().run(
            in: folder, page: RunPage(run, picture: picture), isStopping: { false },
            onEvent: { if case .notice(let line) = $0 { lines.append(line) } })
        guard case .finished = outcome else {
            Issue.record("\(outcome)")
            return lines
        }
        return lines
    }

    @Test func `a run's page has its results, curves, sentences and settings`() throws {
        let training = try TinyTraining()
        #expect(try train(training, picture: { Data("JPEG of \($0)".utf8) }).isEmpty)
        let page = try read(training.folder.path + "/run/run.html")
        for caption in [0, 8] { #expect(page.contains("<b>\(training.split.captions[caption])</b>")) }
        let rsums = try training.log("run").compactMap { $0["validation_rsum"] }
        for rsum in rsums { #expect(page.contains(String(format: "%.1f", rsum))) }
        for text in ["The loss and its parts", "Recalls on the validation split", "The learning rate"] {
            #expect(page.contains(text))
        }
        #expect(page.ranges(of: "<svg").count == 3)
        #expect(page.contains("batch_size: 4"))
        #expect(page.contains("data:image/jpeg;base64," + Data("JPEG of image 0".utf8).base64EncodedString()))
        #expect(page.contains("<li class=\"marked\">"))
    }

    @Test func `a picture that cannot be read has its reason in its place`() throws {
        let training = try TinyTraining()
        _ = try train(training, picture: { _ in throw TrainingError.unusable(path: "p", problem: "no picture") })
        #expect(try read(training.folder.path + "/run/run.html").contains("<p class=\"problem\">p: no picture</p>"))
    }

    @Test func `a page that cannot be written is told of once, and the run goes on`() throws {
        let training = try TinyTraining()
        let lines = try train(
            training,
            prepare: { folder in
                try FileManager.default.createDirectory(
                    atPath: folder.file("run.html"), withIntermediateDirectories: false)
            })
        #expect(lines.count == 1 && lines[0].contains("run.html is not written: "), "\(lines)")
        #expect(try RetrievalModel(checkpoint: training.folder.path + "/run").parameters.valueCount > 0)
    }
}
