/* Many instances of this module share one memory, each on its own thread. */
#include "guest.h"

/* 0: free, 1: taken. */
static int32_t lock;
static int32_t plain;
static int32_t atomic;
static int32_t bell;

EXPORT("address_of_bell") int32_t address_of_bell(void) {
  return (int32_t)&bell;
}

/* Adds to one counter atomically, and to another under a lock. */
EXPORT("count") void count(int32_t times) {
  for (int32_t i = 0; i < times; i++) {
    int32_t expected = 0;
    __atomic_fetch_add(&atomic, 1, __ATOMIC_SEQ_CST);
    while (!__atomic_compare_exchange_n(&lock, &expected, 1, 0, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST)) {
      expected = 0;
      __builtin_wasm_memory_atomic_wait32(&lock, 1, -1);
    }
    plain++;
    __atomic_store_n(&lock, 0, __ATOMIC_SEQ_CST);
    __builtin_wasm_memory_atomic_notify(&lock, 1);
  }
}

EXPORT("plain_count") int32_t plain_count(void) {
  return plain;
}
EXPORT("atomic_count") int32_t atomic_count(void) {
  return __atomic_load_n(&atomic, __ATOMIC_SEQ_CST);
}

/* Waits until another thread sets the bell; returns its value. */
EXPORT("await_bell") int32_t await_bell(void) {
  int32_t rung;
  while ((rung = __atomic_load_n(&bell, __ATOMIC_SEQ_CST)) == 0)
    __builtin_wasm_memory_atomic_wait32(&bell, 0, -1);
  return rung;
}

/* Waits forever. */
EXPORT("await_nothing") void await_nothing(void) {
  static int32_t nothing;
  for (;;) __builtin_wasm_memory_atomic_wait32(&nothing, 0, -1);
}
