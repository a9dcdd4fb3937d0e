/* Sleeping until a word changes or a deadline passes. Waking is safe in signal handlers. */
#ifndef PULLEY_WAITING_H
#define PULLEY_WAITING_H

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The time in nanoseconds on the clock of deadlines. */
static inline int64_t pulley_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Sleeps while the word holds `expected`, until a wake-up or the deadline; INT64_MAX means no deadline.
 * Returns 0 if the deadline has passed. May wake up spuriously. */
static inline int pulley_sleep(const uint32_t *word, uint32_t expected, int64_t deadline) {
  struct timespec until = {(time_t)(deadline / 1000000000), (long)(deadline % 1000000000)};
  long result = syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, expected,
                        deadline == INT64_MAX ? 0 : &until, 0, FUTEX_BITSET_MATCH_ANY);
  return result == 0 || errno != ETIMEDOUT;
}

/* Wakes the threads that sleep on the word. */
static inline void pulley_wake(const uint32_t *word) {
  int saved = errno;
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, 0, 0, 0);
  errno = saved;
}

/* A descriptor that becomes readable for poll when it is rung; -1 if the process has no more. */
static inline int pulley_bell_new(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

static inline void pulley_bell_ring(int bell) {
  int saved = errno;
  uint64_t one = 1;
  if (write(bell, &one, sizeof one) < 0) errno = saved;
}

/* Makes the descriptor unreadable again. */
static inline void pulley_bell_reset(int bell) {
  int saved = errno;
  uint64_t count;
  if (read(bell, &count, sizeof count) < 0) errno = saved;
}

/* The innermost call with a time limit that the thread is in: the identifier of its interruption, or 0,
 * and the number of the call. Thread-local and shared by all modules of the library, like
 * pulley_host_stack_of_thread. */
struct pulley_limited_call {
  uint64_t interruption, call;
};

__attribute__((weak, visibility("hidden"), tls_model("initial-exec"))) __thread struct
    pulley_limited_call pulley_limited_call_of_thread = {0, 0};

static inline struct pulley_limited_call pulley_limited_call_get(void) {
  return pulley_limited_call_of_thread;
}

static inline void pulley_limited_call_set(struct pulley_limited_call call) {
  pulley_limited_call_of_thread = call;
}

#endif
