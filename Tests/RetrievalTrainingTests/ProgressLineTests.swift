import Testing

@testable import RetrievalTraining

@Suite struct ProgressLineTests {
    /// A clock set by hand and a screen that remembers.
    private final class Stage {
        var time = 100.0
        var shown: [String] = []

        func line(isTerminal: Bool, startingAt step: Int = 0) -> ProgressLine {
            ProgressLine(
                totalSteps: 1000, startingAt: step, isTerminal: isTerminal, seconds: { self.time },
                write: { self.shown.append($0) })
        }
    }

    @Test func `the line says everything within 80 columns`() {
        #expect(
            ProgressLine.line(
                step: 120, totalSteps: 1000, pairsPerSecond: 412.4, loss: 3.21456, rsum: 231.44, secondsLeft: 754)
                == "step 120/1000  12.0%  412 pairs/s  loss 3.215  Rsum 231.4  left 12:34")
        #expect(
            ProgressLine.line(
                step: 1, totalSteps: 3, pairsPerSecond: 4.26, loss: .nan, rsum: nil, secondsLeft: 36_001)
                == "step 1/3  33.3%  4.3 pairs/s  loss nan  left 10:00:01")
        #expect(
            ProgressLine.line(
                step: 999_999, totalSteps: 999_999, pairsPerSecond: 9_999, loss: 12.3456, rsum: 599.99,
                secondsLeft: 35_999
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
        var progress = stage.line(isTerminal: true)
        progress.finish()
        #expect(stage.shown.isEmpty)
    }
}
