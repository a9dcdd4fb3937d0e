/* Threads: instances on several threads count in a shared memory, wait, and are interrupted. */
#include "example.h"
#include <pthread.h>

#define THREADS 4
#define TIMES 20000

static pulley_module_t *module;
static pulley_memory_t *memory;

/* Makes an instance for the calling thread, with the memory that all instances share. */
static pulley_instance_t *instantiate(void) {
  pulley_error_t *error = NULL;
  pulley_instance_t *instance = NULL;
  pulley_linker_t *linker = pulley_linker_new(NULL);
  check(pulley_linker_define_memory(linker, "env", "memory", memory, &error), &error);
  check(pulley_instantiate(linker, module, &instance, &error), &error);
  pulley_linker_delete(linker);
  return instance;
}

static int32_t ask(pulley_instance_t *instance, const char *name) {
  pulley_error_t *error = NULL;
  pulley_value_t result = pulley_i32(0);
  check(pulley_run(instance, name, NULL, 0, &result, 1, &error), &error);
  return result.of.i32;
}

static void *count(void *unused) {
  pulley_error_t *error = NULL;
  pulley_instance_t *instance = instantiate();
  pulley_value_t times = pulley_i32(TIMES);
  check(pulley_run(instance, "count", &times, 1, NULL, 0, &error), &error);
  pulley_instance_delete(instance);
  return unused;
}

static void *await_bell(void *result) {
  pulley_instance_t *instance = instantiate();
  *(int32_t *)result = ask(instance, "await_bell");
  pulley_instance_delete(instance);
  return NULL;
}

static void *await_nothing(void *instance) {
  pulley_error_t *error = NULL;
  pulley_status_t status =
      pulley_run((pulley_instance_t *)instance, "await_nothing", NULL, 0, NULL, 0, &error);
  expect(status == PULLEY_ERROR_TRAP, "a trap");
  expect(pulley_error_trap_code(error) == PULLEY_TRAP_INTERRUPTED, "an interruption");
  printf("the one that waited for nothing: %s\n", pulley_error_message(error));
  pulley_error_delete(error);
  return NULL;
}

int main(void) {
  pulley_error_t *error = NULL;
  pulley_limits_t limits = {2, 16};
  pulley_instance_t *instance;
  pthread_t threads[THREADS];
  int32_t heard = 0;
  uint64_t bell;
  int i;

  check(pulley_compile_file(NULL, "guests/threads.wasm", &module, &error), &error);
  check(pulley_memory_new_shared(NULL, limits, &memory, &error), &error);
  instance = instantiate();

  /* All threads run at once in one memory. */
  for (i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, count, NULL);
  for (i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  printf("%d threads counted to %d atomically, to %d under a lock\n", THREADS,
         ask(instance, "atomic_count"), ask(instance, "plain_count"));
  expect(ask(instance, "atomic_count") == THREADS * TIMES, "every step");
  expect(ask(instance, "plain_count") == THREADS * TIMES, "every step");

  /* A guest sleeps until the host has written a value and notifies it. */
  pthread_create(&threads[0], NULL, await_bell, &heard);
  bell = (uint32_t)ask(instance, "address_of_bell");
  __atomic_store_n((int32_t *)(void *)(pulley_memory_data(memory) + bell), 42, __ATOMIC_SEQ_CST);
  check(pulley_memory_notify(memory, bell, UINT32_MAX, NULL, &error), &error);
  pthread_join(threads[0], NULL);
  printf("the one that waited for the bell heard %d\n", heard);
  expect(heard == 42, "what was written");

  /* The host can end a guest that waits forever. */
  pthread_create(&threads[0], NULL, await_nothing, instance);
  pulley_interrupt(instance);
  pthread_join(threads[0], NULL);

  pulley_instance_delete(instance);
  pulley_memory_delete(memory);
  pulley_module_delete(module);
  return 0;
}
