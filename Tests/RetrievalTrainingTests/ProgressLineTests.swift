import AsCLBase
import Testing

@testable import RetrievalTraining

@Suite struct ProgressLineTests {
    /// A clock set by hand and a screen that remembers.
    private final class Stage {
        var time = 100.0
        var shown: [String] = []

        func line(isTerminal: Bool, startingAt step: Int = 0) -> ProgressLine {
            ProgressLine(
                totalSteps: 1000, startingAt: step,
                to: ProgressOutput(
                    isTerminal: isTerminal, seconds: { self.time }, write: { self.shown.append($0) }))
        }
    }

    @Test func `the line says everything within 80 columns`() {
        let stage = Stage()
        var progress = stage.line(isTerminal: false)
        progress.validated(rsum: 231.44)
        stage.time += 0.5
        progress.update(step: 1, pairs: 206, loss: 3.21456)
        #expect(stage.shown == ["step 1/1000  0.1%  412 pairs/s  loss 3.215  Rsum 231.4  left 8:20\n"])

        let slow = Stage()
        var crawl = slow.line(isTerminal: false)
        slow.time += 36.037
        crawl.update(step: 1, pairs: 154, loss: .nan)
        #expect(slow.shown == ["step 1/1000  0.1%  4.3 pairs/s  loss nan  left 10:00:01\n"])
        #expect(
            ProgressLine.line(
                .init(
                    done: 999_999, total: 999_999, rate: 9_999, secondsLeft: 35_999,
                    figures: ["loss 12.346", "Rsum 600.0"])
            ).count < 80)
    }

    @Test func `on a terminal one line is redrawn, at most ten times a second`() {
        let stage = Stage()
        var progress = stage.line(isTerminal: true)
        for step in 1...10 {
            stage.time += 0.05
            progress.update(step: step, pairs: 64, loss: 1)
        }
        #expect(stage.shown.count < 7)
        #expect(stage.shown.allSatisfy { $0.hasPrefix("\rstep") && $0.hasSuffix("\u{1B}[K") })
        progress.finish()
        #expect(stage.shown.suffix(2) == ["\rstep 10/1000  1.0%  1280 pairs/s  loss 1.000  left 0:50\u{1B}[K", "\n"])
    }

    @Test func `in a log there is a line at first, every 30 seconds and at the end`() {
        let stage = Stage()
        var progress = stage.line(isTerminal: false)
        for step in 1...65 {
            stage.time += 1
            progress.update(step: step, pairs: 64, loss: 1)
        }
        progress.finish()
        #expect(stage.shown.allSatisfy { $0.hasSuffix("\n") && !$0.contains("\r") })
        #expect(
            stage.shown.map { String($0.prefix(14)) }
                == ["step 1/1000  0", "step 31/1000  ", "step 61/1000  ", "step 65/1000  "])
    }

    @Test func `the rate is that of the last seconds`() {
        let stage = Stage()
        var progress = stage.line(isTerminal: false, startingAt: 500)
        stage.time += 101
        progress.update(step: 501, pairs: 64, loss: 1)
        for step in 502...600 {
            stage.time += 1
            progress.update(step: step, pairs: 64, loss: 1)
        }
        progress.finish()
        // 200 seconds for 100 steps: 800 for the 400 that are left.
        #expect(stage.shown.last == "step 600/1000  60.0%  64 pairs/s  loss 1.000  left 13:20\n")
    }

    @Test func `a validation is shown and does not slow the rate`() {
        let stage = Stage()
        var progress = stage.line(isTerminal: false)
        stage.time += 1
        progress.update(step: 1, pairs: 64, loss: 1)
        stage.time += 98
        progress.validated(rsum: 200)
        stage.time += 1
        progress.update(step: 2, pairs: 64, loss: 1)
        #expect(stage.shown.last == "step 2/1000  0.2%  64 pairs/s  loss 1.000  Rsum 200.0  left 13:51:40\n")
    }

    @Test func `a message stands above the line`() {
        let stage = Stage()
        var progress = stage.line(isTerminal: true)
        stage.time += 1
        progress.update(step: 1, pairs: 64, loss: 1)
        progress.say("epoch 1")
        #expect(stage.shown.last == "\r\u{1B}[Kepoch 1\nstep 1/1000  0.1%  64 pairs/s  loss 1.000  left 16:39")
    }

    @Test func `without a step there is nothing to show`() {
        let stage = Stage()
        let progress = stage.line(isTerminal: true)
        progress.finish()
        #expect(stage.shown.isEmpty)
    }
}
