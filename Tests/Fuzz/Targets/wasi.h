/* What the parts of the target `wasi` share. */
#ifndef WASI_H
#define WASI_H

#include "fuzz.h"

/* A function of WASI and its parameters, a letter for each:
 *
 *   f  a descriptor          p  a path (address and length)    r  where a result goes
 *   n  a small number        v  a list of buffers (address and count)
 *   q  64 bits               b  a buffer (address and length)
 *   s  subscriptions, events, count and where the count goes */
typedef struct wasi_function {
  const char *name, *parameters;
} wasi_function_t;

extern const wasi_function_t wasi_functions[];
extern const size_t wasi_function_count;

/* The text of a module that exports, under its name, a function that calls each of WASI's. */
void wasi_module(char *text, size_t size, const char *memory);

/* The directories: `root` for the guest to change, `fixed` for it to read, and what is beside them,
 * which it must neither change nor see. */
typedef struct places {
  char folder[64];
  int root;
  int listener;
} places_t;

/* Makes them. */
void places_make(places_t *places);
/* Fills `root` as it was at first. */
void places_refill(places_t *places);
/* Checks that nothing beside `root` has changed. */
void places_check(places_t *places);
/* Checks that the bytes tell nothing of what is beside them. */
void places_check_secret(const places_t *places, const uint8_t *bytes, size_t size);
/* How many descriptors the process has. */
size_t places_descriptors(void);

#endif
