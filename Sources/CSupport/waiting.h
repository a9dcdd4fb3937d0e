/* Sleeping until a word changes or a moment comes; waking is safe in signal handlers. */
#ifndef PULLEY_WAITING_H
#define PULLEY_WAITING_H

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Nanoseconds on the clock that deadlines are on. */
static inline int64_t pulley_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Sleeps while the word holds `expected`, until a wake-up or the deadline; INT64_MAX is none. Gives 0
 * if the deadline has passed. May wake up for no reason. */
static inline int pulley_sleep(const uint32_t *word, uint32_t expected, int64_t deadline) {
  struct timespec until = {(time_t)(deadline / 1000000000), (long)(deadline % 1000000000)};
  long result = syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, expected,
                        deadline == INT64_MAX ? 0 : &until, 0, FUTEX_BITSET_MATCH_ANY);
  return result == 0 || errno != ETIMEDOUT;
}

/* Wakes whoever sleeps on the word. */
static inline void pulley_wake(const uint32_t *word) {
  int saved = errno;
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, 0, 0, 0);
  errno = saved;
}

#endif
