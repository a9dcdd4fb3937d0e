/* The host's side: a library of the generated functions. */
#include "abi.h"
#include "values.h"
#include <stdio.h>

unsigned char *pool;
char strings[STRINGS][5 * STRINGS];
struct handle0 { int number; } objects0[HANDLES];
struct handle1 { int number; } objects1[HANDLES];
struct handle0 *all_handle0[HANDLES];
struct handle1 *all_handle1[HANDLES];

static int begun_function, begun_call;

__attribute__((constructor)) static void prepare(void) {
  fill_strings();
  for (int k = 0; k < HANDLES; k++) {
    all_handle0[k] = objects0 + k;
    all_handle1[k] = objects1 + k;
  }
}

struct handle0 *get_handle0(int number) { return all_handle0[number]; }
struct handle1 *get_handle1(int number) { return all_handle1[number]; }

/* The guest tells which call follows, and where its bytes are. */
void begin(int function, int call, void *bytes) {
  begun_function = function;
  begun_call = call;
  pool = bytes;
}

/* Both sides report what differs. */
void differs(int function, int call, int stage, int parameter, int round, int inner, int element, int leaf,
             unsigned long long expected, unsigned long long actual) {
  printf("differs %d %d %d %d %d %d %d %d %llx %llx\n", function, call, stage, parameter, round, inner, element,
         leaf, expected, actual);
  fflush(stdout);
}

/* The number of the call. Also checks that the function is the one that was announced. */
static int begun(int function) {
  int call = begun_call;
  check_equal((word)begun_function, (word)function, AT(ARGUMENT, -1, 0, 0, 0));
  return call;
}

#include "types.h"
#include "functions.h"
