/* The stack of the current thread, about which Swift cannot ask the system. */
#ifndef PULLEY_SUPPORT_STACK_H
#define PULLEY_SUPPORT_STACK_H

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

extern int pthread_getattr_np(pthread_t, pthread_attr_t *);

/* What a thread knows about its stacks. A range with `high` 0 is unknown. */
struct pulley_host_stack {
  /* Changes with every change of what is known; unique in the process. 0 if nothing is known. */
  uint64_t epoch;
  /* The thread's own stack, from the system, and the address down to which it is known to be usable. */
  uintptr_t own_low, own_high, own_usable;
  /* For a growing stack: RLIMIT_STACK at the time of the query for the bounds. */
  uint64_t own_limit;
  bool own_grows;
  /* The stack that the host has announced. */
  uintptr_t told_low, told_high;
  /* The assumed stack, if the stack pointer is in no known one. */
  uintptr_t assumed_low, assumed_high;
  /* The stack pointer of the last call from it. */
  uintptr_t assumed_last;
  /* The number of the current assumption, and how many runs were entered under it. */
  uint64_t assumption;
  uint64_t assumed_runs;
  /* On a thread of the library: the work that it does for another thread. */
  void *work;
};

/* All modules of the library share this thread-local variable. The initial-exec model needs no call for an
 * access; a library that is loaded late uses the loader's static TLS reserve. */
__attribute__((weak, visibility("hidden"), tls_model("initial-exec"))) __thread struct
    pulley_host_stack pulley_host_stack_of_thread = {0, 0, 0, 0, 0, false, 0, 0, 0, 0, 0, 0, 0, 0};

static inline struct pulley_host_stack *pulley_host_stack(void) {
  return &pulley_host_stack_of_thread;
}

/* The address of the calling function's frame. */
__attribute__((always_inline)) static inline uintptr_t pulley_frame_address(void) {
  return (uintptr_t)__builtin_frame_address(0);
}

/* RLIMIT_STACK; UINT64_MAX if there is none. */
static inline uint64_t pulley_stack_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return UINT64_MAX;
  return limit.rlim_cur;
}

/* Queries the bounds of the calling thread's own stack. False if the system does not report them. */
static inline bool pulley_ask_for_own_stack(struct pulley_host_stack *stack) {
  int saved = errno;
  pthread_attr_t attributes;
  void *low = NULL;
  size_t size = 0;
  stack->own_grows = syscall(SYS_gettid) == getpid();
  stack->own_limit = stack->own_grows ? pulley_stack_limit() : 0;
  bool told = pthread_getattr_np(pthread_self(), &attributes) == 0;
  if (told) {
    told = pthread_attr_getstack(&attributes, &low, &size) == 0 && size > 0;
    pthread_attr_destroy(&attributes);
  }
  if (told) {
    stack->own_low = (uintptr_t)low;
    stack->own_high = (uintptr_t)low + size;
    /* The system keeps other mappings and a stack that may grow without a limit 256 pages apart. */
    size_t gap = 256 * (size_t)sysconf(_SC_PAGESIZE);
    if (stack->own_grows && stack->own_limit == UINT64_MAX && size > 2 * gap) stack->own_low += gap;
    stack->own_usable = stack->own_grows ? stack->own_high : stack->own_low;
  }
  errno = saved;
  return told;
}

/* Whether the eight bytes at an address are readable. The system reads them, so no signal is raised: it
 * copies the signal set before it validates the other arguments. */
static inline bool pulley_can_read(uintptr_t address) {
  int saved = errno;
  bool can = syscall(SYS_rt_sigprocmask, ~0, address, 0, 8) != -1 || errno != EFAULT;
  errno = saved;
  return can;
}

/* Runs `body` on a new thread with a stack of `size` bytes and waits for it. The thread receives no
 * signals. False if it cannot be created. */
static inline bool pulley_run_on_thread(size_t size, void *(*body)(void *), void *argument) {
  int saved = errno;
  pthread_attr_t attributes;
  pthread_t thread;
  sigset_t all, before;
  if (pthread_attr_init(&attributes) != 0) return false;
  bool made = pthread_attr_setstacksize(&attributes, size) == 0;
  if (made) {
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    made = pthread_create(&thread, &attributes, body, argument) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
  }
  pthread_attr_destroy(&attributes);
  if (made) {
    int state;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    pthread_join(thread, NULL);
    pthread_setcancelstate(state, NULL);
  }
  errno = saved;
  return made;
}

#endif
