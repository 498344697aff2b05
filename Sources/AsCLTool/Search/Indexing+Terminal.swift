import ArgumentParser
import AsCLBase
import CommandLineOptions
import Foundation
import PictureCatalogue

extension Indexing {
    /// Brings folders up to date, tells how far it is, and has the model answer.
    /// - Throws: `ExitCode` where it was interrupted, which it says; what is done stays.
    func update(_ folders: [String]) throws -> Summary {
        var sum = Summary()
        try told {
            for folder in folders {
                let meter = Meter("indexing \(folder)")
                sum.add(
                    try run(
                        folder, progress: { meter.show($0.done, from: $0.unchanged, of: $0.total) },
                        isCancelled: Self.isInterrupted))
            }
            let meter = Meter("looking at what an older ascl indexed")
            try finish {
                meter.show($0, from: 0, of: $1)
            } isCancelled: {
                Self.isInterrupted()
            }
        }
        return sum
    }

    /// Makes the vectors that a killed run, or another trained model, has left out.
    func makeVectors() throws {
        let meter = Meter("vectors")
        try told { try catchUp(progress: { meter.show($0, from: 0, of: $1) }, isCancelled: Self.isInterrupted) }
    }

    private func told(_ body: () throws -> Void) throws {
        do { try body() } catch is CancellationError {
            Terminal.say("interrupted; the same command goes on")
            throw ExitCode(128 + (InterruptFlag.signalNumber ?? SIGINT))
        } catch let error as InputError where [ENOSPC, EDQUOT, EFBIG].contains(error.systemCode) {
            Terminal.say("what is done is kept; once there is room, the same command goes on")
            throw error
        }
    }

    private static func isInterrupted() -> Bool { InterruptFlag.signalNumber != nil }
}

/// A progress meter that begins with the first thing to do.
private final class Meter {
    private let meter: ProgressMeter
    private var hasBegun = false

    init(_ name: String) { meter = ProgressMeter(name, unit: "pictures") }

    func show(_ done: Int, from start: Int, of total: Int) {
        guard start < total else { return }
        if hasBegun {
            meter.update(done, of: total)
        } else {
            meter.begin(at: done, of: total)
        }
        hasBegun = true
    }
}

extension Indexing.Summary {
    /// For people.
    var line: String {
        "\(pictures) pictures: \(new) new, \(known) known by their content, \(removed) gone, \(failed) cannot be used"
    }
}
