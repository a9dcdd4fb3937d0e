/* Runs a WebAssembly module on Wasmtime, as `pulley run` does on libpulley: a process that starts,
 * compiles, runs and ends, so that the two can be timed alike.
 *
 *   wasmtime-run TARGET FILE [EXPORT [I32]]
 *   wasmtime-run --compile TARGET FILE OUTPUT
 *   wasmtime-run --validate TARGET FILE       (prints milliseconds)
 *
 * TARGET is "pulley64" or "native". Without EXPORT the module's _start is called, with WASI. The
 * library is the one inside PyPI's `wasmtime`, which comes without headers: what is used of its C
 * API is declared here. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct {
  size_t size;
  char *data;
} byte_vec_t;

typedef struct {
  uint64_t store;
  void *private_data;
} func_t;

typedef struct {
  uint64_t store;
  size_t private_data;
} instance_t;

typedef struct {
  uint8_t kind; /* 0: function */
  union {
    func_t func;
    uint64_t room[3];
  } of;
} extern_t;

typedef struct {
  uint8_t kind; /* 0 i32, 1 i64, 2 f32, 3 f64 */
  union {
    int32_t i32;
    int64_t i64;
    float f32;
    double f64;
    uint64_t room[3];
  } of;
} val_t;

typedef struct error error_t;
typedef struct trap trap_t;

void *wasm_config_new(void);
error_t *wasmtime_config_target_set(void *config, const char *target);
void *wasm_engine_new_with_config(void *config);
error_t *wasmtime_module_new(void *engine, const uint8_t *bytes, size_t length, void **module);
error_t *wasmtime_module_validate(void *engine, const uint8_t *bytes, size_t length);
error_t *wasmtime_module_serialize(void *module, byte_vec_t *bytes);
void *wasmtime_store_new(void *engine, void *data, void (*finalizer)(void *));
void *wasmtime_store_context(void *store);
void *wasi_config_new(void);
void wasi_config_inherit_stdout(void *config);
void wasi_config_inherit_stderr(void *config);
error_t *wasmtime_context_set_wasi(void *context, void *config);
void *wasmtime_linker_new(void *engine);
error_t *wasmtime_linker_define_wasi(void *linker);
error_t *wasmtime_linker_instantiate(void *linker, void *context, void *module,
                                     instance_t *instance, trap_t **trap);
bool wasmtime_instance_export_get(void *context, const instance_t *instance, const char *name,
                                  size_t length, extern_t *item);
error_t *wasmtime_func_call(void *context, const func_t *function, const val_t *arguments,
                            size_t argument_count, val_t *results, size_t result_count,
                            trap_t **trap);
void wasmtime_error_message(const error_t *error, byte_vec_t *message);
bool wasmtime_error_exit_status(const error_t *error, int *status);
void wasm_trap_message(const trap_t *trap, byte_vec_t *message);

/* Ends the process if a call failed; a guest that exits with a code passes it on. */
static void check(error_t *error, trap_t *trap) {
  byte_vec_t message;
  int status;
  if (!error && !trap)
    return;
  if (error && wasmtime_error_exit_status(error, &status)) {
    fflush(stdout);
    exit(status);
  }
  if (error)
    wasmtime_error_message(error, &message);
  else
    wasm_trap_message(trap, &message);
  fflush(stdout);
  fprintf(stderr, "wasmtime-run: %.*s\n", (int)message.size, message.data);
  exit(trap ? 134 : 1);
}

static uint8_t *read_file(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  uint8_t *bytes = NULL;
  long size;
  if (file && fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0) {
    rewind(file);
    bytes = malloc((size_t)size + 1);
    *length = (size_t)size;
    if (bytes && fread(bytes, 1, *length, file) == *length) {
      fclose(file);
      return bytes;
    }
  }
  perror(path);
  exit(1);
}

int main(int argc, char **argv) {
  bool compile_only = argc > 1 && strcmp(argv[1], "--compile") == 0;
  bool validate_only = argc > 1 && strcmp(argv[1], "--validate") == 0;
  void *config, *engine, *module, *store, *context, *linker;
  size_t length;
  uint8_t *bytes;
  instance_t instance;
  extern_t item;
  val_t argument, result;
  error_t *error;
  trap_t *trap = NULL;
  const char *target, *name;
  if (compile_only || validate_only) {
    argv++;
    argc--;
  }
  if (argc < 3 || argc > 5 || (compile_only && argc != 4)
      || (validate_only && argc != 3)) {
    fputs("usage: wasmtime-run [--compile | --validate] TARGET FILE [EXPORT [I32] | OUTPUT]\n",
          stderr);
    return 2;
  }
  target = argv[1];
  config = wasm_config_new();
  if (strcmp(target, "native") != 0)
    check(wasmtime_config_target_set(config, target), NULL);
  engine = wasm_engine_new_with_config(config);
  bytes = read_file(argv[2], &length);
  if (validate_only) {
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    check(wasmtime_module_validate(engine, bytes, length), NULL);
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%.3f\n", (double)(end.tv_sec - start.tv_sec) * 1e3
                         + (double)(end.tv_nsec - start.tv_nsec) / 1e6);
    return 0;
  }
  check(wasmtime_module_new(engine, bytes, length, &module), NULL);
  if (compile_only) {
    byte_vec_t artifact;
    FILE *output = fopen(argv[3], "wb");
    check(wasmtime_module_serialize(module, &artifact), NULL);
    if (!output || fwrite(artifact.data, 1, artifact.size, output) != artifact.size
        || fclose(output) != 0) {
      perror(argv[3]);
      return 1;
    }
    return 0;
  }
  store = wasmtime_store_new(engine, NULL, NULL);
  context = wasmtime_store_context(store);
  linker = wasmtime_linker_new(engine);
  if (argc == 3) {
    void *wasi = wasi_config_new();
    wasi_config_inherit_stdout(wasi);
    wasi_config_inherit_stderr(wasi);
    check(wasmtime_context_set_wasi(context, wasi), NULL);
    check(wasmtime_linker_define_wasi(linker), NULL);
  }
  error = wasmtime_linker_instantiate(linker, context, module, &instance, &trap);
  check(error, trap);
  name = argc > 3 ? argv[3] : "_start";
  if (!wasmtime_instance_export_get(context, &instance, name, strlen(name), &item)
      || item.kind != 0) {
    fprintf(stderr, "wasmtime-run: no function %s\n", name);
    return 1;
  }
  memset(&argument, 0, sizeof argument);
  if (argc > 4)
    argument.of.i32 = (int32_t)strtol(argv[4], NULL, 10);
  error = wasmtime_func_call(context, &item.of.func, &argument, argc > 4, &result, argc > 3, &trap);
  check(error, trap);
  if (argc > 3)
    printf("%d\n", result.of.i32);
  return 0;
}
