/* Functions that the longer examples share: they end the program on a failure. */
#ifndef EXAMPLE_H
#define EXAMPLE_H

#include <pulley.h>
#include <stdio.h>
#include <stdlib.h>

/* Ends the program with the error's description unless `status` is PULLEY_OK. It takes the error's
 * address because C may evaluate the arguments in any order. */
static inline void check(pulley_status_t status, pulley_error_t **error) {
  if (status == PULLEY_OK) return;
  fprintf(stderr, "%s\n", pulley_error_description(*error));
  pulley_error_delete(*error);
  exit(1);
}

/* Ends the program unless a condition is true. */
static inline void expect(int truth, const char *what) {
  if (truth) return;
  fprintf(stderr, "expected: %s\n", what);
  exit(1);
}

#endif
