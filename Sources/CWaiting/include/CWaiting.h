/// How the threads of libtorch's OpenMP wait for each other, decided before that library is loaded.
///
/// libgomp lets a waiting thread spin for milliseconds. On an idle machine that costs nothing; beside other work every
/// spinning thread holds a core that the thread it waits for needs, and steps take many times as long. libgomp reads its
/// settings when it is loaded, before any of a program's own code. So a program that links this target starts itself once
/// more, before anything but the loader has run, with a short spin in its environment: a waiting thread then soon sleeps.
/// OMP_WAIT_POLICY or GOMP_SPINCOUNT in the environment are the user's and stay. For programs only, never for a library.
#ifndef CWAITING_H
#define CWAITING_H

/// How often a waiting thread looks before it sleeps; some tens of microseconds.
extern const int waiting_spins;

#endif
