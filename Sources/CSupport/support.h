/* Atomic accesses to memory that no Swift object owns, which Swift cannot express. */
#ifndef PULLEY_SUPPORT_H
#define PULLEY_SUPPORT_H

#include <stdint.h>

#include "memory.h"
#include "waiting.h"

static inline void *pulley_load_acquire(void *const *word) {
  return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static inline void pulley_store_release(void **word, void *value) {
  __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

/* Loads of a word that another thread may be writing, for which any value that it holds or held is valid. */
static inline uint64_t pulley_load_relaxed64(uintptr_t address) {
  return __atomic_load_n((const uint64_t *)address, __ATOMIC_RELAXED);
}

/* Not one atomic operation, which would take ten times as long: of two threads that add at the same moment, one may
 * be lost. */
static inline void pulley_increment(uintptr_t address) {
  uint64_t *counter = (uint64_t *)address;
  __atomic_store_n(counter, __atomic_load_n(counter, __ATOMIC_RELAXED) + 1, __ATOMIC_RELAXED);
}

/* Threads that decrement at the same time may count fewer. */
static inline uint32_t pulley_decrement32(uintptr_t address) {
  uint32_t *word = (uint32_t *)address;
  uint32_t count = __atomic_load_n(word, __ATOMIC_RELAXED) - 1;
  __atomic_store_n(word, count, __ATOMIC_RELAXED);
  return count;
}

static inline void pulley_store_relaxed32(uintptr_t address, uint32_t value) {
  __atomic_store_n((uint32_t *)address, value, __ATOMIC_RELAXED);
}

static inline uint32_t pulley_load_relaxed32(uintptr_t address) {
  return __atomic_load_n((const uint32_t *)address, __ATOMIC_RELAXED);
}

/* The guest's atomic operations, sequentially consistent, on little-endian numbers at aligned
 * addresses. Each returns the old value. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define PULLEY_ATOMIC_RMW(name, builtin, bits)                                                    \
  static inline uint##bits##_t pulley_atomic_##name##bits(uintptr_t address,                      \
                                                          uint##bits##_t value) {                 \
    return builtin((uint##bits##_t *)address, value, __ATOMIC_SEQ_CST);                           \
  }

#define PULLEY_ATOMICS(bits)                                                                      \
  static inline uint##bits##_t pulley_atomic_load##bits(uintptr_t address) {                      \
    return __atomic_load_n((const uint##bits##_t *)address, __ATOMIC_SEQ_CST);                    \
  }                                                                                               \
  static inline void pulley_atomic_store##bits(uintptr_t address, uint##bits##_t value) {         \
    __atomic_store_n((uint##bits##_t *)address, value, __ATOMIC_SEQ_CST);                         \
  }                                                                                               \
  PULLEY_ATOMIC_RMW(add, __atomic_fetch_add, bits)                                                \
  PULLEY_ATOMIC_RMW(sub, __atomic_fetch_sub, bits)                                                \
  PULLEY_ATOMIC_RMW(and, __atomic_fetch_and, bits)                                                \
  PULLEY_ATOMIC_RMW(or, __atomic_fetch_or, bits)                                                  \
  PULLEY_ATOMIC_RMW(xor, __atomic_fetch_xor, bits)                                                \
  PULLEY_ATOMIC_RMW(xchg, __atomic_exchange_n, bits)                                              \
  static inline uint##bits##_t pulley_atomic_cas##bits(                                           \
      uintptr_t address, uint##bits##_t expected, uint##bits##_t value) {                         \
    __atomic_compare_exchange_n((uint##bits##_t *)address, &expected, value, 0,                   \
                                __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);                              \
    return expected;                                                                              \
  }

PULLEY_ATOMICS(8)
PULLEY_ATOMICS(16)
PULLEY_ATOMICS(32)
PULLEY_ATOMICS(64)

#undef PULLEY_ATOMICS
#undef PULLEY_ATOMIC_RMW
#else
#error "guest memory is little-endian; the atomic operations of this processor are not"
#endif

static inline void pulley_atomic_fence(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

#endif
