// Calls of Linux that take a variable number of arguments, which Swift cannot import.
#ifndef SCALEBENCH_CLINUX_H
#define SCALEBENCH_CLINUX_H

#include <sys/prctl.h>

/// From now on this process is the parent of every process below it whose own parent has ended; see prctl(2).
static inline int linux_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L); }

#endif
