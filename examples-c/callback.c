/* Host functions that call the guest: qsort with the guest's comparison, and mutual recursion. */
#include "example.h"
#include <string.h>

/* The standard qsort passes no context to the comparison, so the context is global. */
static pulley_instance_t *caller;
static pulley_function_t *comparison;
static char *memory_base;

static int compare(const void *a, const void *b) {
  pulley_value_t arguments[2], result = pulley_i32(0);
  /* The elements are in the guest's memory; the guest receives their addresses. */
  arguments[0] = pulley_i32((int32_t)((const char *)a - memory_base));
  arguments[1] = pulley_i32((int32_t)((const char *)b - memory_base));
  if (pulley_call(comparison, arguments, 2, &result, 1, NULL) != PULLEY_OK)
    pulley_trap(caller, "the comparison failed");
  return result.of.i32;
}

/* A function pointer of the guest is an index into its function table. */
static void sort(pulley_instance_t *instance, void *base, size_t count, size_t size,
                 uint32_t function) {
  pulley_table_t *table = NULL;
  pulley_error_t *error = NULL;
  /* Checks the whole range, because ptr checks only the first byte. */
  char *start = (char *)pulley_instance_pointer(instance, 0, 0);
  size_t offset = (size_t)((char *)base - start);
  if (size != 0 && count > 0xffffffffu / size) {
    pulley_trap(instance, "too much to sort");
  } else if (!pulley_instance_pointer(instance, offset, count * size)) {
    pulley_trap(instance, "what is to be sorted is out of bounds");
  } else if (pulley_instance_table(instance, "__indirect_function_table", &table, &error) ||
             pulley_table_function(table, function, &comparison, &error)) {
    pulley_trap(instance, pulley_error_message(error));
  } else {
    caller = instance;
    memory_base = start;
    qsort(base, count, size, compare);
  }
  pulley_function_delete(comparison);
  comparison = NULL;
  pulley_table_delete(table);
  pulley_error_delete(error);
}

/* The guest's function down calls this, and this calls down. */
static int down(pulley_instance_t *instance, int n) {
  pulley_error_t *error = NULL;
  pulley_value_t argument = pulley_i32(n), result = pulley_i32(0);
  if (pulley_run(instance, "down", &argument, 1, &result, 1, &error))
    pulley_trap(instance, pulley_error_message(error));
  pulley_error_delete(error);
  return result.of.i32 + 1;
}

static int32_t run(pulley_instance_t *instance, const char *name, int argument, size_t count) {
  pulley_error_t *error = NULL;
  pulley_value_t value = pulley_i32(argument), result;
  check(pulley_run(instance, name, &value, count, &result, 1, &error), &error);
  return result.of.i32;
}

int main(void) {
  pulley_error_t *error = NULL;
  pulley_instance_t *instance = NULL;
  pulley_linker_t *linker = pulley_linker_new(NULL);
  int descending, i, count;

  check(pulley_register(linker, "host", "qsort", "void(instance, ptr, size_t, size_t, u32)",
                        (pulley_host_t)sort, NULL, NULL, &error),
        &error);
  check(pulley_register(linker, "host", "down", "int(instance, int)", (pulley_host_t)down, NULL,
                        NULL, &error),
        &error);
  check(pulley_instantiate_file(linker, "guests/callback.wasm", &instance, &error), &error);

  count = run(instance, "count", 0, 0);
  for (descending = 0; descending < 2; descending++) {
    int comparisons = run(instance, "sort", descending, 1);
    for (i = 0; i < count; i++) printf("%d ", run(instance, "number", i, 1));
    printf("(%s)\n", comparisons > 0 ? "sorted" : "not compared");
    expect(run(instance, "number", descending ? count - 1 : 0, 1) == 3, "3 at one end");
  }

  printf("down and back: %d\n", run(instance, "down", 15, 1));

  pulley_instance_delete(instance);
  pulley_linker_delete(linker);
  return 0;
}
