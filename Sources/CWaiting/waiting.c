#include "CWaiting.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#define SPINS 3000
#define TEXT(number) #number
#define SETTING(number) "GOMP_SPINCOUNT=" TEXT(number)

const int waiting_spins = SPINS;

#if defined(__linux__)
static int begins(const char *text, const char *with) { return strncmp(text, with, strlen(with)) == 0; }

/// Runs before the constructors of all libraries, so before libc's and libgomp's: it may call the system, and little else.
static void chooseWaiting(int argc, char **argv, char **environment) {
    (void)argc;
    size_t count = 0;
    for (; environment[count]; ++count) {
        if (begins(environment[count], "OMP_WAIT_POLICY=") || begins(environment[count], "GOMP_SPINCOUNT=")) return;
    }
    char *with[count + 2];
    memcpy(with, environment, count * sizeof *with);
    with[count] = SETTING(SPINS);
    with[count + 1] = NULL;
    // By its own path, for a process is listed under the name it was started by. Where the system refuses, the program
    // goes on as it is.
    char path[4096];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0) return;
    path[length] = 0;
    execve(path, argv, with);
}

__attribute__((section(".preinit_array"), used)) static void (*const first)(int, char **, char **) = chooseWaiting;
#endif
