/* Ways to go wrong. */
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

__attribute__((noinline)) static int down(volatile int *n) {
  if (*n == 0) return 0;
  *n -= 1;
  return down(n) + 1;
}
EXPORT("recurse") int recurse(int n) {
  volatile int left = n;
  return down(&left);
}
