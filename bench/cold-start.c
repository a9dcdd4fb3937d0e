/* A process that loads the library, compiles a guest and lets it say hello; with the argument
 * "none" one that says hello without a guest, to be subtracted. */
#include <pulley.h>
#include <stdio.h>
#include <string.h>

/* (module
 *   (import "env" "puts" (func $puts (param i32) (result i32)))
 *   (memory (export "memory") 1)
 *   (data (i32.const 16) "hello\00")
 *   (func (export "hello") (drop (call $puts (i32.const 16))))) */
static const uint8_t module_bytes[] = {
    0x00, 'a', 's', 'm', 1, 0, 0, 0,
    0x01, 9, 2, 0x60, 1, 0x7F, 1, 0x7F, 0x60, 0, 0,
    0x02, 12, 1, 3, 'e', 'n', 'v', 4, 'p', 'u', 't', 's', 0, 0,
    0x03, 2, 1, 1,
    0x05, 3, 1, 0, 1,
    0x07, 18, 2, 6, 'm', 'e', 'm', 'o', 'r', 'y', 2, 0, 5, 'h', 'e', 'l', 'l', 'o', 0, 1,
    0x0A, 9, 1, 7, 0, 0x41, 16, 0x10, 0, 0x1A, 0x0B,
    0x0B, 12, 1, 0, 0x41, 16, 0x0B, 6, 'h', 'e', 'l', 'l', 'o', 0,
};

int main(int argc, char **argv) {
  pulley_error_t *error = NULL;
  pulley_instance_t *instance = NULL;
  pulley_linker_t *linker;
  if (argc > 1 && strcmp(argv[1], "none") == 0)
    return puts("hello") < 0;
  linker = pulley_linker_new(NULL);
  if (pulley_register(linker, "env", "puts", "i32(cstr)", (pulley_host_t)puts, NULL, NULL, &error)
      || pulley_instantiate_bytes(linker, module_bytes, sizeof module_bytes, &instance, &error)
      || pulley_run(instance, "hello", NULL, 0, NULL, 0, &error)) {
    fprintf(stderr, "%s\n", pulley_error_description(error));
    return 1;
  }
  return 0;
}
