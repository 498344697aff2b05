import Foundation
import Synchronization

/// Ctrl-C and SIGTERM as a flag that long work looks at between its steps.
package enum InterruptFlag {
    /// The signal that came, or 0.
    private static let received = Atomic<Int32>(0)

    /// From now on the first SIGINT and the first SIGTERM set the flag; a second one of the same ends the program.
    package static func install() {
        // Read once here: a global is built on its first use, which must not be inside a signal handler.
        _ = received.load(ordering: .relaxed)
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                InterruptFlag.received.store(number, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
    }

    /// The signal that asks the program to end, if one came. By custom its exit status is 128 plus this number.
    package static var signalNumber: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }
}
