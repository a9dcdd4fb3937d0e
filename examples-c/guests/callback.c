/* Sorts with the host's qsort, which calls the guest's comparison. */
#include "guest.h"

IMPORT("host", "qsort")
void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));

static int numbers[] = {31, 4, 15, 92, 65, 35, 89, 79, 3, 23};
enum { COUNT = sizeof numbers / sizeof numbers[0] };
static int comparisons;

static int ascending(const void *a, const void *b) {
  int x = *(const int *)a, y = *(const int *)b;
  comparisons++;
  return (x > y) - (x < y);
}

static int descending(const void *a, const void *b) { return ascending(b, a); }

EXPORT("sort") int sort(int is_descending) {
  comparisons = 0;
  qsort(numbers, COUNT, sizeof numbers[0], is_descending ? descending : ascending);
  return comparisons;
}

EXPORT("number") int number(int index) { return numbers[index]; }
EXPORT("count") int count(void) { return COUNT; }

/* Guest and host call each other. */
IMPORT("host", "down") int host_down(int n);
EXPORT("down") int down(int n) { return n == 0 ? 0 : 1 + host_down(n - 1); }
