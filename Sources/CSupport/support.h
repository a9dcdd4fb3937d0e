/* What Swift cannot say: atomic access to words in memory that no Swift object owns. */
#ifndef PULLEY_SUPPORT_H
#define PULLEY_SUPPORT_H

#include <stdint.h>

static inline void *pulley_load_acquire(void *const *word) {
  return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static inline void pulley_store_release(void **word, void *value) {
  __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

#endif
