import Foundation
import RetrievalEvaluation
import RunReports
import Testing

@testable import RetrievalExperiments

@Suite struct ExperimentReportTests {
    private func text(_ world: World, _ name: String) throws -> String {
        try String(contentsOfFile: "\(world.output)/\(name)", encoding: .utf8)
    }

    @Test func `tables hold the means and deviations of the runs`() throws {
        let world = try World()
        let runner = try world.run(Variant.ablations, seeds: 0..<2)
        let report = try ExperimentReport(
            "report", of: runner, [.ablations], seeds: 2, command: "ascl experiment ablations")
        #expect(try report.write() == 0)
        let runs = try (0..<2).map { try #require(try result(runner, .full, seed: $0)).result.rsum }
        let summary = try #require(MeanAndDeviation(runs))
        let deviation = String(format: "± %.1f", try #require(summary.deviation))
        let row = try #require(text(world, "report.md").split(separator: "\n").first { $0.hasPrefix("| AsCL ") })
        #expect(row.contains(String(format: "%.1f", summary.mean)) && row.contains(deviation))
        #expect(try text(world, "report.html").contains("ascl experiment ablations"))
        let json = try JSONSerialization.jsonObject(with: Data(text(world, "report.json").utf8))
        let rows = try #require(json as? [[String: Any]]).filter { $0["experiment"] as? String == "ablations" }
        #expect(rows.map { $0["variant"] as? String } == Variant.ablations.map(\.name))
        let measures = try #require(rows[0]["measures"] as? [String: [String: Any]])
        #expect(measures["rsum"]?["mean"] as? Double == summary.mean)
        #expect(rows[0]["comparison"] == nil && rows[1]["comparison"] != nil)
    }

    @Test func `every experiment has its section`() throws {
        let world = try World(regions: 4)
        var runner = try world.runner()
        runner.collections = [24]
        // Of the many runs of baselines a few: a section shows what there is.
        let many: [Experiment] = [.table1, .table1EqualTime, .recipes, .recipesGRU, .baselines, .baselinesGRU, .probe]
        let all = try Experiment.named("all", for: world.base)
        #expect(!all.contains(.clip) && !all.contains(.siglip))
        #expect(try runner.run(all.filter { !many.contains($0) }, seeds: 1) == .complete)
        #expect(try runner.run(many.flatMap { $0.variants.prefix(7) }, seeds: 0..<1) == .complete)
        let report = try ExperimentReport(
            "report", of: runner, all, seeds: 1, command: "ascl experiment all")
        let sections = try report.sections()
        #expect(sections.map(\.id) == all.map(\.rawValue) + ["settings"])
        for section in sections.dropLast() {
            let tables = section.blocks.count { if case .table = $0 { true } else { false } }
            let notices = section.blocks.count { if case .notice = $0 { true } else { false } }
            #expect(tables > 0 || (section.id == "probe" && notices > 0), "\(section.id)")
        }
        #expect(try report.write() == 0)
        let lines = try text(world, "report.md").split(separator: "\n")
        #expect(lines.contains { $0.contains("| authors' recipe | warm-up | all negatives | contrastive |") })
        for title in ["AsCL, best recipe", "VSE++, contrastive", "VSE++, GRU, best recipe"] {
            #expect(lines.contains { $0.hasPrefix("| \(title) ") }, "\(title)")
        }
    }

    @Test func `runs that failed are told with their reason`() throws {
        let world = try World()
        var broken = world
        try broken.base.apply(overrides: ["training.learning_rate=1e30"])
        let runner = try broken.run(Variant.ablations)
        let report = try ExperimentReport("report", of: runner, [.ablations], seeds: 1, command: "")
        #expect(try report.write() > 0)
        #expect(try text(broken, "report.html").contains("expected a finite number"))
        #expect(try text(broken, "report.md").contains("expected a finite number"))
    }

    @Test func `an interrupted experiment reports what there is`() throws {
        let world = try World()
        let runner = try world.run([.full])
        let report = try ExperimentReport(
            "report", of: runner, [.ablations, .baselines, .protocol], seeds: 3, command: "")
        #expect(try report.write() == 0)
        #expect(try report.sections().map(\.id) == ["ablations", "baselines", "protocol", "settings"])
    }
}
