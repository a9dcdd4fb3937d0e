/* Measures the cost of compiling. Prints a line for each file with its number, the peak of allocated memory, and the
 * outcome.
 *
 *   measure FILE…
 *
 * One thread compiles each file completely, saves it as an artifact and loads it again. A WebAssembly module without
 * imports is also instantiated, and its export `run` is called if it has no parameters, so that its code is
 * predecoded. All this happens on a stack of 256 KiB, because deep nesting must not cause deep recursion. Callgrind
 * writes a separate profile for each file.
 *
 * Allocations are counted by replacing malloc and related functions. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <malloc.h>
#ifdef HAVE_CALLGRIND
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_ZERO_STATS
#define CALLGRIND_DUMP_STATS
#endif

#include "pulley.h"

/* ---- Allocations ---- */

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static _Atomic long long allocated, peak;

static void *counted(void *memory) {
  if (!memory) return NULL;
  long long now = atomic_fetch_add(&allocated, (long long)malloc_usable_size(memory))
                  + (long long)malloc_usable_size(memory);
  long long old = atomic_load(&peak);
  while (now > old && !atomic_compare_exchange_weak(&peak, &old, now)) {}
  return memory;
}

static void uncounted(void *memory) {
  if (memory) atomic_fetch_sub(&allocated, (long long)malloc_usable_size(memory));
}

void *malloc(size_t size) { return counted(__libc_malloc(size)); }
void *calloc(size_t count, size_t size) { return counted(__libc_calloc(count, size)); }
void free(void *memory) {
  uncounted(memory);
  __libc_free(memory);
}
void *realloc(void *memory, size_t size) {
  uncounted(memory);
  void *moved = __libc_realloc(memory, size);
  if (!moved && size) counted(memory);
  return counted(moved);
}
void *memalign(size_t alignment, size_t size) { return counted(__libc_memalign(alignment, size)); }
void *aligned_alloc(size_t alignment, size_t size) {
  return counted(__libc_memalign(alignment, size));
}
int posix_memalign(void **memory, size_t alignment, size_t size) {
  *memory = counted(__libc_memalign(alignment, size));
  return *memory ? 0 : ENOMEM;
}

/* ---- Work ---- */

static char **files;

static uint8_t *contents(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  if (!file) { perror(path); exit(2); }
  fseek(file, 0, SEEK_END);
  *length = (size_t)ftell(file);
  rewind(file);
  uint8_t *bytes = __libc_malloc(*length + 1);
  if (fread(bytes, 1, *length, file) != *length) { perror(path); exit(2); }
  fclose(file);
  return bytes;
}

static const char *message(pulley_error_t *error) {
  return error ? pulley_error_message(error) : "no message";
}

/* Returns the outcome: "compiled", "ran" or the error. */
static void work(const uint8_t *bytes, size_t length, char *outcome, size_t size) {
  pulley_error_t *error = NULL;
  pulley_options_t *options = pulley_options_new();
  pulley_options_set_threads(options, 1, NULL);
  pulley_options_set_eager(options, true, NULL);
  pulley_options_set_clif(options, true, NULL);
  pulley_options_set_clif(options, true, NULL);
  pulley_engine_t *engine = pulley_engine_new(options);
  pulley_options_delete(options);
  pulley_module_t *module = NULL;
  uint8_t *artifact = NULL;
  size_t artifact_length = 0;
  if (pulley_compile(engine, bytes, length, &module, &error) != PULLEY_OK) {
    snprintf(outcome, size, "refused: %s", message(error));
  } else if (pulley_module_save(module, &artifact, &artifact_length, &error) != PULLEY_OK) {
    snprintf(outcome, size, "unsaved: %s", message(error));
  } else {
    pulley_module_t *loaded = NULL;
    pulley_status_t status = pulley_load(engine, artifact, artifact_length, &loaded, &error);
    snprintf(outcome, size, "%s", status == PULLEY_OK ? "compiled" : message(error));
    pulley_module_delete(loaded);
    pulley_free(artifact);
  }
  if (module && pulley_module_format(module) != PULLEY_FORMAT_CLIF) {
    pulley_linker_t *linker = pulley_linker_new(engine);
    pulley_instance_t *instance = NULL;
    pulley_error_delete(error);
    error = NULL;
    if (pulley_module_import_count(module) == 0
        && pulley_instantiate(linker, module, &instance, &error) == PULLEY_OK) {
      pulley_function_t *run = NULL;
      if (pulley_instance_function(instance, "run", &run, NULL) == PULLEY_OK) {
        pulley_error_delete(error);
        error = NULL;
        pulley_status_t status = pulley_call(run, NULL, 0, NULL, 0, &error);
        snprintf(outcome + strlen(outcome), size - strlen(outcome), ", called: %s",
                 status == PULLEY_OK ? "ok" : message(error));
      }
    } else if (error) {
      snprintf(outcome + strlen(outcome), size - strlen(outcome), ", not instantiated: %s",
               message(error));
    }
    pulley_instance_delete(instance);
    pulley_linker_delete(linker);
  }
  pulley_error_delete(error);
  pulley_module_delete(module);
  pulley_engine_delete(engine);
}

static void *all(void *unused) {
  (void)unused;
  char outcome[400];
  static const uint8_t nothing[] = "(module)";
  /* Excludes objects that are created once for each process. */
  work(nothing, sizeof nothing - 1, outcome, sizeof outcome);
  for (int number = 0; files[number]; number++) {
    size_t length;
    uint8_t *bytes = contents(files[number], &length);
    long long before = atomic_load(&allocated);
    atomic_store(&peak, before);
    CALLGRIND_ZERO_STATS;
    work(bytes, length, outcome, sizeof outcome);
    CALLGRIND_DUMP_STATS;
    for (char *c = outcome; *c; c++) if (*c == '\n' || *c == '\t') *c = ' ';
    printf("%d\t%lld\t%s\n", number, atomic_load(&peak) - before, outcome);
    fflush(stdout);
    __libc_free(bytes);
  }
  return NULL;
}

int main(int count, char **arguments) {
  if (count < 2) return 64;
  files = arguments + 1;
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 256 << 10);
  if (pthread_create(&thread, &attributes, all, NULL) != 0) return 2;
  pthread_join(thread, NULL);
  return 0;
}
