/* What entering the guest and making instances costs a program in C. Prints one line for each figure, in
 * nanoseconds of processor time, the median of several rounds:
 *
 *   call      pulley_call of a function (i32, i32) -> i32
 *   run       pulley_run of the same, by its name
 *   instance  making and deleting an instance with a memory of a page
 *   first     the same with a call in between, less "instance" and "call"
 *
 * With an argument it does one of them only, for profilers: calls [NAME [COUNT]]. "live" makes COUNT instances
 * (100,000), keeps all of them, grows and calls each, and prints how many the process could have. */
#define _POSIX_C_SOURCE 199309L
#include <pulley.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 9 };

static const char module_text[] =
    "(module (memory (export \"memory\") 1)"
    "  (func (export \"other\") (param i32) (result i32) local.get 0)"
    "  (func (export \"add\") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)"
    "  (func (export \"grow\") (param i32) (result i32)"
    "    (drop (memory.grow (i32.const 1)))"
    "    (i32.store (i32.const 65536) (local.get 0)) (i32.load (i32.const 65536))))";

static pulley_linker_t *linker;
static pulley_module_t *module;
static pulley_instance_t *instance;
static pulley_function_t *add;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void check(pulley_status_t status, pulley_error_t *error) {
  if (status == PULLEY_OK)
    return;
  fprintf(stderr, "%s\n", pulley_error_description(error));
  exit(1);
}

static pulley_instance_t *make(void) {
  pulley_error_t *error = NULL;
  pulley_instance_t *made = NULL;
  check(pulley_instantiate(linker, module, &made, &error), error);
  return made;
}

static void run(pulley_instance_t *of, const char *name, int count) {
  pulley_error_t *error = NULL;
  pulley_value_t arguments[2] = {pulley_i32(2), pulley_i32(3)}, result;
  check(pulley_run(of, name, arguments, (size_t)count, &result, 1, &error), error);
  if (result.of.i32 != (count == 2 ? 5 : 2))
    exit(2);
}

static void do_calls(long count) {
  pulley_error_t *error = NULL;
  pulley_value_t arguments[2] = {pulley_i32(2), pulley_i32(3)}, result;
  for (long i = 0; i < count; i++)
    check(pulley_call(add, arguments, 2, &result, 1, &error), error);
}

static void do_runs(long count) {
  for (long i = 0; i < count; i++)
    run(instance, "add", 2);
}

static void do_instances(long count) {
  for (long i = 0; i < count; i++)
    pulley_instance_delete(make());
}

static void do_first_calls(long count) {
  for (long i = 0; i < count; i++) {
    pulley_instance_t *made = make();
    run(made, "add", 2);
    pulley_instance_delete(made);
  }
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static double measure(void (*work)(long), long count) {
  double times[ROUNDS];
  for (int round = 0; round < ROUNDS; round++) {
    double start = now();
    work(count);
    times[round] = (now() - start) / (double)count;
  }
  qsort(times, ROUNDS, sizeof(double), compare);
  return times[ROUNDS / 2];
}

static int live(long count) {
  pulley_instance_t **all = calloc((size_t)count, sizeof *all);
  pulley_error_t *error = NULL;
  double start = now();
  long made;
  if (!all)
    return 1;
  for (made = 0; made < count; made++)
    if (pulley_instantiate(linker, module, &all[made], &error) != PULLEY_OK) {
      fprintf(stderr, "%s\n", pulley_error_description(error));
      pulley_error_delete(error);
      break;
    }
  printf("live\t%ld\t%.0f\n", made, (now() - start) / (double)(made ? made : 1));
  for (long i = 0; i < made; i++)
    pulley_instance_delete(all[i]);
  free(all);
  return made < count;
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    void (*work)(long);
    long count;
  } works[] = {{"call", do_calls, 1000000},
               {"run", do_runs, 100000},
               {"instance", do_instances, 5000},
               {"first", do_first_calls, 5000}};
  double times[4] = {0};
  pulley_error_t *error = NULL;
  linker = pulley_linker_new(NULL);
  check(pulley_compile(NULL, module_text, sizeof module_text - 1, &module, &error), error);
  instance = make();
  check(pulley_instance_function(instance, "add", &add, &error), error);
  run(instance, "add", 2);
  if (argc > 1 && strcmp(argv[1], "live") == 0)
    return live(argc > 2 ? atol(argv[2]) : 100000);
  for (int i = 0; i < 4; i++) {
    if (argc > 1 && strcmp(argv[1], works[i].name) != 0)
      continue;
    if (argc > 2) {
      works[i].work(atol(argv[2]));
      return 0;
    }
    times[i] = measure(works[i].work, works[i].count);
    printf("%s\t%.0f\n", works[i].name, i == 3 && argc == 1 ? times[3] - times[2] - times[0] : times[i]);
  }
  pulley_function_delete(add);
  pulley_instance_delete(instance);
  pulley_module_delete(module);
  pulley_linker_delete(linker);
  return 0;
}
