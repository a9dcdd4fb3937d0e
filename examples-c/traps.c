/* Traps: their codes, backtraces, and an instance that remains usable. */
#include "example.h"

/* A host function that refuses its argument. */
static void check_value(pulley_instance_t *instance, int value) {
  if (value < 0) pulley_trap(instance, "negative values are not welcome");
}

static void fail(pulley_instance_t *instance, const char *name, int argument, int has_argument,
                 pulley_trap_code_t expected) {
  pulley_error_t *error = NULL;
  pulley_value_t value = pulley_i32(argument);
  size_t i;
  pulley_status_t status =
      pulley_run(instance, name, &value, has_argument ? 1 : 0, NULL, 0, &error);
  expect(status == PULLEY_ERROR_TRAP, "a trap");
  expect(pulley_error_trap_code(error) == expected, "this kind of trap");
  printf("%s: %s\n", name, pulley_error_message(error));
  for (i = 0; i < pulley_error_frame_count(error) && i < 4; i++)
    printf("  in %s\n", pulley_error_frame_name(error, i));
  pulley_error_delete(error);
}

int main(void) {
  pulley_error_t *error = NULL;
  pulley_instance_t *instance = NULL;
  pulley_linker_t *linker = pulley_linker_new(NULL);
  pulley_value_t value = pulley_i32(3), result;

  check(pulley_register(linker, "host", "check", "void(instance, int)",
                        (pulley_host_t)check_value, NULL, NULL, &error),
        &error);
  check(pulley_instantiate_file(linker, "guests/traps.wasm", &instance, &error), &error);

  fail(instance, "mean", 0, 1, PULLEY_TRAP_INTEGER_DIVIDE_BY_ZERO);
  fail(instance, "peek", -8, 1, PULLEY_TRAP_MEMORY_OUT_OF_BOUNDS);
  fail(instance, "give_up", 0, 0, PULLEY_TRAP_UNREACHABLE);
  fail(instance, "recurse", 100000000, 1, PULLEY_TRAP_STACK_OVERFLOW);
  fail(instance, "inspect", -1, 1, PULLEY_TRAP_HOST);

  /* The instance still works. */
  check(pulley_run(instance, "mean", &value, 1, &result, 1, &error), &error);
  printf("mean: %d\n", result.of.i32);
  expect(result.of.i32 == 3, "a mean of 3");

  pulley_instance_delete(instance);
  pulley_linker_delete(linker);
  return 0;
}
