/* The guest's side: calls each generated function. Built for WebAssembly without a C library, or natively together
 * with host.c, which tests the test. */
#include "abi.h"
#include "values.h"

static unsigned char own_pool[POOL_SIZE];
#ifdef __wasm__
#include "../c-guests/allocator.h"
#define EXPORT(name) __attribute__((export_name(name)))
unsigned char *pool = own_pool;
char strings[STRINGS][5 * STRINGS];
struct handle0 *all_handle0[HANDLES];
struct handle1 *all_handle1[HANDLES];

void *memset(void *to, int byte, size_t count) {
  for (size_t k = 0; k < count; k++) ((volatile unsigned char *)to)[k] = (unsigned char)byte;
  return to;
}

void *memcpy(void *to, const void *from, size_t count) {
  for (size_t k = 0; k < count; k++) ((volatile unsigned char *)to)[k] = ((const unsigned char *)from)[k];
  return to;
}
#else
#define EXPORT(name)
#endif

#include "types.h"
#include "calls.h"

/* Calls the functions from `first` on and below `last`, each `times` times. */
EXPORT("run") void run(int first, int last, int times) {
#ifdef __wasm__
  fill_strings();
  for (int k = 0; k < HANDLES; k++) {
    all_handle0[k] = get_handle0(k);
    all_handle1[k] = get_handle1(k);
  }
#else
  pool = own_pool;
#endif
  for (int call = 0; call < times; call++)
    for (int function = first; function < last; function++) calls[function](call);
}

#ifndef __wasm__
int main(void) {
  run(0, sizeof calls / sizeof *calls, 6);
  return 0;
}
#endif
