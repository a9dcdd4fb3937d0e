/* Functions that trap. */
#include "guest.h"

IMPORT("host", "check") void check(int value);

__attribute__((noinline)) static int quotient(int a, int b) { return a / b; }
__attribute__((noinline)) static int average(const int *values, int count) {
  int sum = 0;
  for (int i = 0; i < count; i++) sum += values[i];
  return quotient(sum, count);
}

static int numbers[3] = {1, 2, 6};

EXPORT("mean") int mean(int count) { return average(numbers, count); }
EXPORT("peek") int peek(const int *address) { return *address; }
EXPORT("give_up") void give_up(void) { __builtin_trap(); }
EXPORT("inspect") int inspect(int value) {
  check(value);
  return value;
}

/* Uses its result twice, so that no optimiser can turn the recursion into a loop. */
__attribute__((noinline)) static int down(int n) {
  if (n == 0) return 1;
  int below = down(n - 1);
  return below ^ (below >> 1) ^ n;
}
EXPORT("recurse") int recurse(int n) { return down(n); }
