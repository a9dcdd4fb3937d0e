/* Compile once, save the artifact, load it without compiling. */
#include "example.h"
#include <string.h>

int main(int argc, char **argv) {
  const char *path = argc > 1 ? argv[1] : "pack.pulley";
  pulley_error_t *error = NULL;
  pulley_module_t *module = NULL, *loaded = NULL;
  pulley_instance_t *instance = NULL;
  pulley_linker_t *linker = pulley_linker_new(NULL);
  pulley_value_t result;
  uint8_t *bytes = NULL;
  size_t length = 0, i;

  check(pulley_compile_file(NULL, "guests/pack.wasm", &module, &error), &error);
  for (i = 0; i < pulley_module_export_count(module); i++) {
    const pulley_extern_t *item = pulley_module_export(module, i);
    printf("exports %s %s\n", pulley_extern_name(item, NULL), pulley_extern_description(item));
  }
  check(pulley_module_save_file(module, path, &error), &error);
  check(pulley_module_save(module, &bytes, &length, &error), &error);
  pulley_module_delete(module);

  check(pulley_load_file(NULL, path, &loaded, &error), &error);
  expect(pulley_module_format(loaded) == PULLEY_FORMAT_ARTIFACT, "an artifact");
  check(pulley_instantiate(linker, loaded, &instance, &error), &error);
  pulley_module_delete(loaded); /* The instance keeps what it needs. */
  check(pulley_run(instance, "capacity", NULL, 0, &result, 1, &error), &error);
  printf("capacity: %d\n", result.of.i32);
  expect(result.of.i32 == 1 << 20, "1 MiB");

  /* A damaged artifact is refused. */
  bytes[length / 2] ^= 0x55;
  expect(pulley_load(NULL, bytes, length, &loaded, &error) == PULLEY_ERROR_ARTIFACT, "an error");
  printf("refused: %s\n", pulley_error_message(error));
  pulley_error_delete(error);
  pulley_free(bytes);

  pulley_instance_delete(instance);
  pulley_linker_delete(linker);
  return 0;
}
