/* Functions of stdlib.h that call the guest, return structures, or store through pointers. */
#include "guest.h"

struct entry {
  char name[12];
  double weight;
  long number;
};

static struct entry entries[] = {
    {"pear", 1.5, 3}, {"apple", -0.25, 1}, {"quince", 1e9, 4}, {"fig", 0, -1}, {"cherry", 2, 5}, {"date", 1.5, 9},
};
enum { COUNT = sizeof entries / sizeof *entries };

static int by_name(const void *a, const void *b) {
  return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static int by_weight(const void *a, const void *b) {
  const struct entry *x = a, *y = b;
  if (x->weight != y->weight) return x->weight < y->weight ? -1 : 1;
  return by_name(a, b);
}

static int by_value(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

/* Sorts something else meanwhile. */
static int nested(const void *a, const void *b) {
  int numbers[] = {3, 1, 2};
  qsort(numbers, 3, sizeof *numbers, by_value);
  return numbers[0] == 1 && numbers[2] == 3 ? by_name(a, b) : 0;
}

static void print(const char *what) {
  printf("%s:", what);
  for (int k = 0; k < COUNT; k++) printf(" %s", entries[k].name);
  printf("\n");
}

EXPORT("run") int run(void) {
  qsort(entries, COUNT, sizeof *entries, by_weight);
  print("by weight");
  qsort(entries, COUNT, sizeof *entries, by_name);
  print("by name");
  for (int k = 0; k < COUNT; k++) entries[k].name[0] ^= 32;
  qsort(entries, COUNT, sizeof *entries, nested);
  print("with a nested sort");

  struct entry key = {"Fig", 0, 0};
  struct entry *found = bsearch(&key, entries, COUNT, sizeof *entries, by_name);
  printf("found %s %ld at %d\n", found->name, found->number, (int)(found - entries));
  strcpy(key.name, "Grape");
  printf("not found: %d\n", bsearch(&key, entries, COUNT, sizeof *entries, by_name) == NULL);

  div_t small = div(-17, 5);
  ldiv_t middle = ldiv(1000000007, -10);
  lldiv_t large = lldiv(-9000000000000000007, 1000000000000);
  printf("%d %d, %ld %ld, %lld %lld\n", small.quot, small.rem, middle.quot, middle.rem, large.quot, large.rem);

  char text[] = " 2.5e3 apples", *end = NULL;
  double number = strtod(text, &end);
  printf("%.1f, then \"%s\" at %d\n", number, end, (int)(end - text));
  long hexadecimal = strtol("-0x7fz", &end, 0);
  printf("%ld, then %d\n", hexadecimal, *end);
  return 0;
}
