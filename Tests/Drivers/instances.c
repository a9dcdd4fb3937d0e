/* Makes many instances, and the same ones again and again.
 *
 *   instances NUMBER   so many are live at once
 *
 * Prints the failures, and `N passed, M failed` as the last line. */
#define _GNU_SOURCE
#include <pthread.h>
#include <pulley.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const char module_text[] =
    "(module (memory (export \"memory\") 1)"
    "  (func (export \"own\") (param i32) (result i32)"
    "    (i32.store (i32.const 65532) (local.get 0)) (i32.load (i32.const 65532)))"
    "  (func (export \"get\") (param i32) (result i32) (i32.load (local.get 0)))"
    "  (func (export \"grow\") (param i32) (result i32) (memory.grow (local.get 0)))"
    "  (func (export \"fill\") (result i32)"
    "    (memory.fill (i32.const 0) (i32.const 0xAB) (i32.mul (memory.size) (i32.const 65536)))"
    "    (i32.const 1))"
    "  (func (export \"sum\") (result i32) (local $i i32) (local $sum i32)"
    "    (loop"
    "      (local.set $sum (i32.or (local.get $sum) (i32.load (local.get $i))))"
    "      (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4)))"
    "        (i32.mul (memory.size) (i32.const 65536)))))"
    "    (local.get $sum))"
    "  (func $deep (export \"deep\") (param i32) (result i32)"
    "    (if (result i32) (local.get 0)"
    "      (then (i32.add (call $deep (i32.sub (local.get 0) (i32.const 1))) (i32.const 1)))"
    "      (else (i32.const 0))))"
    "  (func (export \"trap\") (result i32) unreachable))";

static const uint64_t page = 65536;
static int passed, failed;
static pulley_engine_t *engine;
static pulley_linker_t *linker;
static pulley_module_t *module;

static void expect(bool holds, const char *what, ...) {
  if (holds) {
    passed++;
    return;
  }
  va_list values;
  failed++;
  printf("FAILED: ");
  va_start(values, what);
  vprintf(what, values);
  va_end(values);
  printf("\n");
}

static bool ok(pulley_status_t status, pulley_error_t **error) {
  if (status == PULLEY_OK) return true;
  printf("    %s\n", pulley_error_description(*error));
  pulley_error_delete(*error);
  *error = NULL;
  return false;
}

static pulley_instance_t *make_with(pulley_linker_t *any) {
  pulley_error_t *error = NULL;
  pulley_instance_t *instance = NULL;
  return ok(pulley_instantiate(any, module, &instance, &error), &error) ? instance : NULL;
}

static pulley_instance_t *make(void) { return make_with(linker); }

/* Calls an export of one or no parameter; -1 if it fails. */
static int32_t call(pulley_instance_t *instance, const char *name, int32_t argument, size_t count) {
  pulley_error_t *error = NULL;
  pulley_value_t value = pulley_i32(argument), result;
  if (!ok(pulley_run(instance, name, &value, count, &result, 1, &error), &error)) return -1;
  return result.of.i32;
}

static void open_engine(uint64_t limit) {
  pulley_error_t *error = NULL;
  pulley_options_t *options = pulley_options_new();
  if (limit != 0)
    ok(pulley_options_set_limit(options, PULLEY_RESOURCE_MEMORY, UINT64_MAX, limit, &error), &error);
  engine = pulley_engine_new(options);
  pulley_options_delete(options);
  linker = pulley_linker_new(engine);
  ok(pulley_compile(engine, module_text, sizeof module_text - 1, &module, &error), &error);
}

static void close_engine(void) {
  pulley_module_delete(module);
  pulley_linker_delete(linker);
  pulley_engine_delete(engine);
}

static long mappings(void) {
  FILE *file = fopen("/proc/self/maps", "r");
  long lines = 0;
  for (int c; file && (c = getc(file)) != EOF;) lines += c == '\n';
  if (file) fclose(file);
  return lines;
}

/* The memory that the process has, in KiB. */
static long resident(void) {
  FILE *file = fopen("/proc/self/statm", "r");
  long size = 0, pages = 0;
  if (file && fscanf(file, "%ld %ld", &size, &pages) != 2) pages = 0;
  if (file) fclose(file);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* All instances have memories of their own, which work, also those that have grown. */
static void many(long count) {
  pulley_instance_t **all = calloc((size_t)count, sizeof *all);
  long made = 0, wrong = 0, before = mappings();
  if (!all) return expect(false, "no memory for the test");
  open_engine(0);
  while (made < count && (all[made] = make()) != NULL) made++;
  expect(made == count, "only %ld of %ld instances could be made", made, count);
  expect(pulley_engine_usage(engine, PULLEY_RESOURCE_MEMORY) == (uint64_t)made * page,
         "the memories of %ld instances are counted as %llu bytes", made,
         (unsigned long long)pulley_engine_usage(engine, PULLEY_RESOURCE_MEMORY));
  for (long i = 0; i < made; i++) wrong += call(all[i], "own", (int32_t)i + 1, 1) != i + 1;
  expect(wrong == 0, "%ld instances could not be called", wrong);
  for (long i = 0; i < made; i += 50) wrong += call(all[i], "grow", 1 + i % 40, 1) != 1;
  expect(wrong == 0, "%ld memories could not grow", wrong);
  for (long i = 0; i < made; i += 50)
    wrong += call(all[i], "get", (int32_t)page * (1 + i % 40), 1) != 0;
  for (long i = 0; i < made; i++) wrong += call(all[i], "get", 65532, 1) != i + 1;
  expect(wrong == 0, "%ld memories have other contents than were written", wrong);
  for (long i = 0; i < made; i++) {
    uint64_t pages = i % 50 == 0 ? 2 + (uint64_t)i % 40 : 1;
    wrong += pulley_instance_usage(all[i], PULLEY_RESOURCE_MEMORY) != pages * page;
    if (i == 100) break;
  }
  expect(wrong == 0, "the memory of instances is not counted exactly");
  /* Every second one first, so that all parts of what they share are in use longest. */
  for (long i = 0; i < made; i += 2) pulley_instance_delete(all[i]);
  for (long i = 1; i < made; i += 2) pulley_instance_delete(all[i]);
  expect(pulley_engine_usage(engine, PULLEY_RESOURCE_MEMORY) == 0, "memory is still counted");
  expect(pulley_engine_usage(engine, PULLEY_RESOURCE_STACKS) == 0, "stacks are still counted");
  close_engine();
  expect(mappings() < before + 400, "%ld mappings are left of %ld before", mappings(), before);
  free(all);
}

/* The limit of an engine refuses the memory that exceeds it, not one sooner or later. */
static void limit(void) {
  enum { MOST = 12000 };
  static pulley_instance_t *all[MOST];
  pulley_error_t *error = NULL;
  pulley_instance_t *more = NULL;
  open_engine(MOST * page);
  for (int i = 0; i < MOST - 1; i++) all[i] = make();
  all[MOST - 1] = NULL;
  expect(call(all[MOST - 2], "grow", 2, 1) == -1, "a memory has grown beyond the limit");
  expect(call(all[MOST - 2], "grow", 1, 1) == 1, "a memory cannot grow up to the limit");
  expect(pulley_instantiate(linker, module, &more, &error) == PULLEY_ERROR_LIMIT,
         "one memory more than the limit was made");
  pulley_error_delete(error);
  pulley_instance_delete(all[0]);
  all[0] = make();
  expect(all[0] != NULL, "a deleted memory still counts");
  for (int i = 0; i < MOST; i++) pulley_instance_delete(all[i]);
  close_engine();
}

/* A guest finds nothing that another one has left, in its memory or on its stack, and what it has left takes
 * neither memory nor mappings. */
static void again(int live) {
  enum { MOST = 9000 };
  static pulley_instance_t *all[MOST];
  long wrong = 0, maps = 0, pages = 0;
  open_engine(0);
  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < live; i++) all[i] = make();
    for (int i = 0; i < live; i += live > 100 ? 100 : 1) {
      wrong += call(all[i], "sum", 0, 0) != 0;
      wrong += call(all[i], "grow", 15, 1) != 1;
      wrong += call(all[i], "sum", 0, 0) != 0;
      wrong += call(all[i], "fill", 0, 0) != 1;
      wrong += call(all[i], "deep", 10000, 1) != 10000;
    }
    for (int i = 0; i < live; i++) pulley_instance_delete(all[i]);
    if (round == 0) {
      maps = mappings();
      pages = resident();
    }
  }
  expect(wrong == 0, "%ld guests of %d at once found something, or could not be called", wrong, live);
  expect(mappings() < maps + 100, "%ld mappings became %ld, with %d at once", maps, mappings(), live);
  expect(resident() < pages + 4096, "%ld KiB became %ld, with %d at once", pages, resident(), live);
  close_engine();
}

static void *again_on_thread(void *failures) {
  pulley_linker_t *own = pulley_linker_new(engine);
  for (int round = 0; round < 200; round++) {
    pulley_instance_t *instance = make_with(own);
    if (call(instance, "sum", 0, 0) != 0 || call(instance, "fill", 0, 0) != 1 ||
        call(instance, "deep", 1000, 1) != 1000)
      *(long *)failures += 1;
    pulley_instance_delete(instance);
  }
  pulley_linker_delete(own);
  return NULL;
}

/* Several threads use the same spare stacks and memories. */
static void threads(void) {
  enum { THREADS = 24 };
  pthread_t all[THREADS];
  long failures[THREADS] = {0}, sum = 0;
  open_engine(0);
  for (int i = 0; i < THREADS; i++) pthread_create(&all[i], NULL, again_on_thread, &failures[i]);
  for (int i = 0; i < THREADS; i++) {
    pthread_join(all[i], NULL);
    sum += failures[i];
  }
  expect(sum == 0, "%ld calls on threads have failed", sum);
  close_engine();
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  again(1);
  again(60);
  again(9000);
  threads();
  limit();
  many(argc > 1 ? atol(argv[1]) : 100000);
  again(1);
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
