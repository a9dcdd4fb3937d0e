/* Runs a WebAssembly module or an artifact on libpulley; run.h describes the command line. TARGET is
 * "ours" and says nothing more: it makes the command line that of wasmtime-run.
 *
 * `pulley run` is not measured in its place, because much of a short run would be the parsing of its
 * own options. */
#include "run.h"
#include <pulley.h>

/* The error is read after the call that sets it, which is an argument too. */
static void check(pulley_status_t status, pulley_error_t **error) {
  if (status == PULLEY_OK)
    return;
  fflush(stdout);
  fprintf(stderr, "pulley-run: %s\n", pulley_error_description(*error));
  exit(status == PULLEY_ERROR_TRAP ? 134 : 1);
}

int main(int argc, char **argv) {
  request_t request = parse(argc, argv);
  pulley_error_t *error = NULL;
  pulley_module_t *module = NULL;
  pulley_instance_t *instance = NULL;
  pulley_linker_t *linker = pulley_linker_new(NULL);
  pulley_wasi_t *wasi = NULL;
  pulley_status_t status;
  pulley_value_t argument = pulley_i32(integer_argument(&request)), result;
  int32_t code = 0;
  double start;
  size_t i;

  if (request.artifact)
    check(pulley_load_file(NULL, request.file, &module, &error), &error);
  else
    check(pulley_compile_file(NULL, request.file, &module, &error), &error);
  if (request.output) {
    check(pulley_module_save_file(module, request.output, &error), &error);
    return 0;
  }
  if (!request.invoke) {
    wasi = pulley_wasi_new();
    check(pulley_wasi_set_arguments(wasi, request.arguments, request.argument_count, &error), &error);
    check(pulley_wasi_inherit_streams(wasi, &error), &error);
    for (i = 0; i < request.directory_count; i++)
      check(pulley_wasi_add_directory(wasi, request.directories[i].host, request.directories[i].guest,
                                      false, &error),
            &error);
    check(pulley_wasi_define(wasi, linker, &error), &error);
  }
  check(pulley_instantiate(linker, module, &instance, &error), &error);

  start = processor_seconds();
  status = request.invoke ? pulley_run(instance, request.invoke, &argument, request.argument_count > 1,
                                       &result, 1, &error)
                          : pulley_wasi_run(wasi, instance, &code, &error);
  write_times(&request, start, processor_seconds());
  check(status, &error);
  if (request.invoke)
    printf("%d\n", result.of.i32);
  return code;
}
