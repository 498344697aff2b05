import Foundation
import Testing

@testable import RetrievalTraining

@Suite struct RunLogTests {
    @Test func `lines are JSON objects in the order given`() throws {
        try withTemporaryFolder { folder in
            let log = try RunLog(path: folder + "/log.jsonl", resumingAtStep: nil)
            let time = Date(timeIntervalSince1970: 1_700_000_000)
            try log.append(step: 20, epoch: 1, figures: [("loss", 3.25), ("rate", 1e-7)], time: time)
            try log.append(step: 40, epoch: 2, figures: [("loss", -.infinity), ("norm", .nan)], time: time)
            #expect(
                try read(folder + "/log.jsonl") == """
                    {"time":"2023-11-14T22:13:20Z","step":20,"epoch":1,"loss":3.25,"rate":1e-07}
                    {"time":"2023-11-14T22:13:20Z","step":40,"epoch":2,"loss":"-inf","norm":"nan"}

                    """)
            for line in try read(folder + "/log.jsonl").split(separator: "\n") {
                #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any])
            }
        }
    }

    @Test func `resuming drops the steps past the checkpoint and a line cut short`() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/log.jsonl"
            try write("{\"step\":20}\n{\"step\":40}\n{\"step\":60}\n{\"step\":4", to: path)
            try RunLog(path: path, resumingAtStep: 40).append(step: 60, epoch: 1, figures: [], time: .distantPast)
            #expect(
                try read(path) == """
                    {"step":20}
                    {"step":40}
                    {"time":"0001-01-01T00:00:00Z","step":60,"epoch":1}

                    """)
        }
    }

    @Test func `a new run starts an empty log`() throws {
        try withTemporaryFolder { folder in
            try write("{\"step\":20}\n", to: folder + "/log.jsonl")
            _ = try RunLog(path: folder + "/log.jsonl", resumingAtStep: nil)
            #expect(try read(folder + "/log.jsonl").isEmpty)
        }
    }

    @Test func `a line that is none is refused and the log left as it was`() throws {
        try withTemporaryFolder { folder in
            let text = "{\"step\":20}\nnot a line\n{\"step\":40}\n"
            try write(text, to: folder + "/log.jsonl")
            #expect(
                message(in: folder) { _ = try RunLog(path: folder + "/log.jsonl", resumingAtStep: 40) }
                    == "DIR/log.jsonl:2: expected a JSON object with a \"step\", found \"not a line\"")
            #expect(try read(folder + "/log.jsonl") == text)
        }
    }

    @Test func `a log that cannot be written is refused with the reason`() throws {
        #expect(
            message { _ = try RunLog(path: "/dev/null/log.jsonl", resumingAtStep: nil) }
                == "/dev/null/log.jsonl: Not a directory")
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func `a full disk is an error`() throws {
        #expect(
            message { try AppendedFile(path: "/dev/full").append([1]) } == "/dev/full: No space left on device")
    }
}
