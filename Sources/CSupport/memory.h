/* Memory functions of the system that Swift cannot call. */
#ifndef PULLEY_MEMORY_H
#define PULLEY_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *mremap(void *, size_t, size_t, int, ...);

static inline bool pulley_is_main_thread(void) { return syscall(SYS_gettid) == getpid(); }

/* Moves pages to `to`, replacing the pages there, without copying. False, with no change, if it fails. */
static inline bool pulley_move_pages(void *from, size_t size, void *to) {
  const int may_move = 1, fixed = 2;
  return mremap(from, size, size, may_move | fixed, to) != MAP_FAILED;
}

/* Enlarges a mapping; it may move, without copying. NULL, with no change, if it fails. */
static inline void *pulley_enlarge_mapping(void *place, size_t size, size_t larger) {
  const int may_move = 1;
  void *moved = mremap(place, size, larger, may_move);
  return moved == MAP_FAILED ? NULL : moved;
}

/* Has the processor load what will be read soon. Any address will do. */
static inline void pulley_prefetch(uintptr_t address) { __builtin_prefetch((const void *)address); }

#endif
