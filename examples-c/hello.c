/* A guest that calls puts. Usage: hello [GUEST.wasm] */
#include <pulley.h>
#include <stdio.h>
int main(int argc, char **argv) {
  pulley_error_t *error = NULL;
  pulley_instance_t *guest = NULL;
  pulley_linker_t *linker = pulley_linker_new(NULL);
  if (pulley_register(linker, "env", "puts", "int(cstr)", (pulley_host_t)puts, NULL, NULL, &error)
      || pulley_instantiate_file(linker, argc > 1 ? argv[1] : "guests/hello.wasm", &guest, &error)
      || pulley_run(guest, "hello", NULL, 0, NULL, 0, &error))
    return fprintf(stderr, "%s\n", pulley_error_description(error)), 1;
  return pulley_instance_delete(guest), pulley_linker_delete(linker), 0;
}
