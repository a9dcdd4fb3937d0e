/* A WASI program that can access its arguments, its environment and one directory, and nothing else. */
#include "example.h"

/* Receives the output of the program. */
static void collect(void *userdata, const void *bytes, size_t length) {
  (void)userdata;
  fwrite(bytes, 1, length, stdout);
}

/* Runs the program with one argument and returns its exit code. */
static int32_t run(pulley_module_t *module, const char *file) {
  static const char *const environment[] = {"TITLE=What is in the guests' folder"};
  const char *arguments[2];
  pulley_error_t *error = NULL;
  pulley_instance_t *instance = NULL;
  pulley_linker_t *linker = pulley_linker_new(NULL);
  pulley_wasi_t *wasi = pulley_wasi_new();
  int32_t exit_code = -1;

  arguments[0] = "words";
  arguments[1] = file;
  check(pulley_wasi_set_arguments(wasi, arguments, 2, &error), &error);
  check(pulley_wasi_set_environment(wasi, environment, 1, &error), &error);
  check(pulley_wasi_add_directory(wasi, "guests", "/data", true, &error), &error);
  check(pulley_wasi_set_output(wasi, 1, collect, NULL, &error), &error);
  check(pulley_wasi_set_output(wasi, 2, collect, NULL, &error), &error);
  check(pulley_wasi_define(wasi, linker, &error), &error);
  check(pulley_instantiate(linker, module, &instance, &error), &error);
  check(pulley_wasi_run(wasi, instance, &exit_code, &error), &error);
  if (pulley_wasi_denied(wasi)[0]) printf("denied: %s\n", pulley_wasi_denied(wasi));

  pulley_instance_delete(instance);
  pulley_wasi_delete(wasi);
  pulley_linker_delete(linker);
  return exit_code;
}

int main(void) {
  pulley_error_t *error = NULL;
  pulley_module_t *module = NULL;
  check(pulley_compile_file(NULL, "guests/words.wasm", &module, &error), &error);
  printf("exit code %d\n", (int)run(module, "/data/hello.c"));
  printf("exit code %d\n", (int)run(module, "/data/../wasi.c"));
  pulley_module_delete(module);
  return 0;
}
