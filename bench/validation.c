/* The processor's time that pulley_compile takes for a module when it compiles functions on their first call
 * only, which is the time of decoding and validating: prints milliseconds, the median of so many
 * rounds. */
#include <pulley.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b) {
  double difference = *(const double *)a - *(const double *)b;
  return (difference > 0) - (difference < 0);
}

int main(int argc, char **argv) {
  double times[100];
  int rounds = argc > 2 ? atoi(argv[2]) : 5, i;
  char *bytes = NULL;
  size_t size = 0, got;
  FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
  if (!file || rounds < 1 || rounds > 100) {
    fputs("usage: validation FILE [ROUNDS]\n", stderr);
    return 2;
  }
  do {
    bytes = realloc(bytes, size + (1 << 20));
    got = bytes ? fread(bytes + size, 1, 1 << 20, file) : 0;
    size += got;
  } while (got > 0);
  for (i = 0; i < rounds; i++) {
    pulley_module_t *module = NULL;
    pulley_error_t *error = NULL;
    double start = milliseconds();
    if (pulley_compile(NULL, bytes, size, &module, &error)) {
      fprintf(stderr, "%s\n", pulley_error_description(error));
      return 1;
    }
    times[i] = milliseconds() - start;
    pulley_module_delete(module);
  }
  qsort(times, (size_t)rounds, sizeof times[0], compare);
  printf("%.3f\n", times[rounds / 2]);
  return 0;
}
