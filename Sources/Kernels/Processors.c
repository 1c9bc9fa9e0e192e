// For the set of processors, which is not in the standard.
#define _GNU_SOURCE

#if defined(__linux__)
#include <sched.h>
#endif

#include "Kernels.h"

int kernel_available_processors(void) {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  return 0;
}
