import ArgumentParser
import AsCLBase
import CommandLineOptions
import Foundation
import PictureCatalogue

/// Follows folders of pictures until it is interrupted: whatever changes is indexed.
struct IndexWatch {
    let watch: FolderWatch
    /// Pictures that could not be used at the last look.
    var failed: Int
    /// Takes hold of the index, for as long as there is something to do.
    let open: () throws -> Indexing

    private var isInterrupted: Bool { InterruptFlag.signalNumber != nil }

    mutating func run() throws {
        Terminal.say("following the folders; Ctrl-C ends it")
        var due = Set<String>()
        var isWaiting = false
        while !isInterrupted {
            if due.isEmpty { due = try watch.changes { isInterrupted } }
            do {
                try index(&due)
                isWaiting = false
            } catch let error as InputError {
                // An index that somebody else is at, a folder whose disk is gone: neither is the end of it.
                if !isWaiting { Terminal.say("\(error.description); trying again") }
                isWaiting = true
                pause(2)
            } catch is ExitCode {
                return
            }
        }
    }

    private mutating func index(_ due: inout Set<String>) throws {
        // A folder that is gone will be told of when it is back.
        due = due.filter { Folder.isFolder($0) == true }
        guard !due.isEmpty else { return }
        let sum = try open().update(due.sorted())
        due = []
        guard sum.new + sum.known + sum.removed > 0 || sum.failed != failed else { return }
        failed = sum.failed
        print(sum.line)
        fflush(nil)
    }

    private func pause(_ seconds: Double) {
        let end = ProcessInfo.processInfo.systemUptime + seconds
        while !isInterrupted, ProcessInfo.processInfo.systemUptime < end { Thread.sleep(forTimeInterval: 0.1) }
    }
}
