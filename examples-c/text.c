/* A module as text in the program itself, and the error message for a mistake in it. */
#include "example.h"
#include <string.h>

static const char factorial[] =
    "(module\n"
    "  (func $factorial (export \"factorial\") (param $n i64) (result i64)\n"
    "    (if (result i64) (i64.eqz (local.get $n))\n"
    "      (then (i64.const 1))\n"
    "      (else\n"
    "        (i64.mul\n"
    "          (local.get $n)\n"
    "          (call $factorial (i64.sub (local.get $n) (i64.const 1))))))))\n";

static const char mistaken[] =
    "(module\n"
    "  (func (export \"half\") (param $n i32) (result i32)\n"
    "    (i64.shr_u (local.get $n) (i32.const 1))))\n";

int main(void) {
  pulley_error_t *error = NULL;
  pulley_module_t *module = NULL;
  pulley_instance_t *instance = NULL;
  pulley_linker_t *linker = pulley_linker_new(NULL);
  pulley_value_t number = pulley_i64(20);
  pulley_value_t result;

  check(pulley_compile(NULL, factorial, strlen(factorial), &module, &error), &error);
  check(pulley_instantiate(linker, module, &instance, &error), &error);
  check(pulley_run(instance, "factorial", &number, 1, &result, 1, &error), &error);
  printf("20! = %lld\n", (long long)result.of.i64);
  pulley_instance_delete(instance);
  pulley_module_delete(module);
  pulley_linker_delete(linker);

  expect(pulley_compile(NULL, mistaken, strlen(mistaken), &module, &error) != PULLEY_OK,
         "an error");
  printf("%s\n", pulley_error_description(error));
  printf("the mistake is in line %u, column %u\n", (unsigned)pulley_error_line(error),
         (unsigned)pulley_error_column(error));
  pulley_error_delete(error);
  return 0;
}
