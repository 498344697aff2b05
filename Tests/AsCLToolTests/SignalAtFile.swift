import Foundation
import Testing

/// Has the tool get a signal at the very moment at which it has finished a file, however fast or slow the machine is:
/// a library that is loaded before the C library stands in for `rename`.
struct SignalAtFile {
    /// Who gets it: the process that has finished the file, or the one that has started that one.
    enum Receiver: String {
        case itself, parent
    }

    let signal: Int32
    /// How the file's path ends.
    let file: String
    /// At the how manieth time that it is finished.
    var time = 1
    var receiver = Receiver.itself

    /// Variables for the tool's environment.
    var environment: [String: String] {
        get throws {
            [
                "LD_PRELOAD": try Self.library.get(), "SIGNAL_NUMBER": "\(signal)", "SIGNAL_FILE": file,
                "SIGNAL_TIME": "\(time)", "SIGNAL_RECEIVER": receiver.rawValue,
            ]
        }
    }

    /// The library.
    private static let library = Result { try Preloaded.library("signal", source) }

    /// A child that has signalled its parent waits for the signal that the parent passes on, lest it end before.
    private static let source = #"""
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <semaphore.h>
        #include <signal.h>
        #include <stdlib.h>
        #include <string.h>
        #include <unistd.h>

        static void (*before[65])(int);
        static sem_t passed_on;

        static void note(int number) {
            before[number](number);
            sem_post(&passed_on);
        }

        int rename(const char *from, const char *to) {
            static int times = 0;
            int (*real)(const char *, const char *) = dlsym(RTLD_NEXT, "rename");
            int status = real(from, to);
            const char *file = getenv("SIGNAL_FILE");
            size_t length = strlen(to), end = strlen(file);
            if (status != 0 || length < end || strcmp(to + length - end, file) != 0) return status;
            if (++times != atoi(getenv("SIGNAL_TIME"))) return status;
            int number = atoi(getenv("SIGNAL_NUMBER"));
            if (strcmp(getenv("SIGNAL_RECEIVER"), "itself") == 0) {
                raise(number);
                return status;
            }
            sem_init(&passed_on, 0, 0);
            before[SIGINT] = signal(SIGINT, note);
            before[SIGTERM] = signal(SIGTERM, note);
            kill(getppid(), number);
            while (sem_wait(&passed_on) != 0) {}
            return status;
        }
        """#
}
