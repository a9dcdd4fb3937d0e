/* A program that uses SQLite of the host: its header is the interface, no wrapper is written. */
#include "example.h"

/* Usage: sqlite HEADER, where HEADER is made by `echo '#include <sqlite3.h>' | cc -E -`. */
int main(int argc, char **argv) {
  pulley_error_t *error = NULL;
  pulley_instance_t *instance = NULL;
  pulley_linker_t *linker = pulley_linker_new(NULL);
  pulley_wasi_t *wasi = pulley_wasi_new();
  int32_t exit_code = 0;

  expect(argc == 2, "SQLite's header, preprocessed");
  check(pulley_declare_file(linker, argv[1], &error), &error);
  check(pulley_bind_library(linker, "env", "libsqlite3.so.0", &error), &error);
  check(pulley_wasi_inherit_streams(wasi, &error), &error);
  check(pulley_wasi_define(wasi, linker, &error), &error);
  check(pulley_instantiate_file(linker, "guests/sqlite.wasm", &instance, &error), &error);
  check(pulley_wasi_run(wasi, instance, &exit_code, &error), &error);

  pulley_instance_delete(instance);
  pulley_wasi_delete(wasi);
  pulley_linker_delete(linker);
  return exit_code;
}
