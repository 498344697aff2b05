import AsCLBase
import Testing

/// Lines, moments and rates of a meter whose clock is set by hand.
struct ProgressMeterTests {
    private final class Stage {
        var time = 100.0
        var shown: [String] = []

        func meter(isTerminal: Bool) -> ProgressMeter {
            ProgressMeter(
                "encoding", unit: "captions",
                to: ProgressOutput(
                    isTerminal: isTerminal, seconds: { self.time }, write: { self.shown.append($0) }))
        }
    }

    @Test func `on a terminal one line is redrawn, and ends with the work`() {
        let stage = Stage()
        let meter = stage.meter(isTerminal: true)
        for done in 1...8 {
            stage.time += 0.0625
            meter.update(done, of: 8)
        }
        #expect(
            stage.shown == [
                "\rencoding 25%  16 captions/s  left 0:00\u{1B}[K", "\rencoding 50%  16 captions/s  left 0:00\u{1B}[K",
                "\rencoding 75%  16 captions/s  left 0:00\u{1B}[K",
                "\rencoding 100%  16 captions/s  left 0:00\u{1B}[K", "\n",
            ])
    }

    @Test func `in a log there is a line every 30 seconds, and none of short work`() {
        let stage = Stage()
        let meter = stage.meter(isTerminal: false)
        for done in 1...65 {
            stage.time += 1
            meter.update(2 * done, of: 400)
        }
        #expect(
            stage.shown == [
                "encoding 15%  2 captions/s  left 2:50\n", "encoding 30%  2 captions/s  left 2:20\n",
            ])
    }

    @Test func `what an earlier run did counts as done, but not in the rate`() {
        let stage = Stage()
        let meter = stage.meter(isTerminal: false)
        stage.time += 7
        meter.begin(at: 500, of: 1000)
        stage.time += 40
        meter.update(600, of: 1000)
        #expect(
            stage.shown == [
                "encoding: going on after 500 of 1000 captions\n", "encoding 60%  2 captions/s  left 2:40\n",
            ])
    }

    @Test func `nothing done in no time is no trouble`() {
        let stage = Stage()
        let meter = stage.meter(isTerminal: true)
        meter.begin(at: 5, of: 5)
        meter.update(5, of: 5)
        meter.update(0, of: 0)
        #expect(stage.shown.count { $0.hasSuffix("left 0:00\u{1B}[K") } == 2)
    }
}
