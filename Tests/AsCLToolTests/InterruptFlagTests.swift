import CommandLineOptions
import Foundation
import Testing

/// Each in a process of its own: the flag stays set.
@Suite struct InterruptFlagTests {
    @Test(arguments: [SIGINT, SIGTERM])
    func `the first signal sets the flag and the program goes on`(number: Int32) async {
        await #expect(processExitsWith: .exitCode(128 + number)) { [number] in
            InterruptFlag.install()
            guard InterruptFlag.signalNumber == nil else { exit(1) }
            raiseHere(number)
            exit(128 + (InterruptFlag.signalNumber ?? 0))
        }
    }

    @Test func `the second signal ends the program`() async {
        await #expect(processExitsWith: .signal(SIGINT)) {
            InterruptFlag.install()
            raiseHere(SIGINT)
            raiseHere(SIGINT)
            exit(1)
        }
    }
}

/// Sends a signal to this very thread, which has handled it when this returns; one to the process comes when the system
/// sees fit. A test's thread may block signals, so it is let through.
private func raiseHere(_ number: Int32) {
    var one = sigset_t()
    sigemptyset(&one)
    sigaddset(&one, number)
    pthread_sigmask(SIG_UNBLOCK, &one, nil)
    raise(number)
}
