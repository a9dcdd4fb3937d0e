/* Runs a WebAssembly module or what Wasmtime compiled it to on Wasmtime; run.h describes the command
 * line. TARGET is "pulley64" or "native".
 *
 *   wasmtime-run TARGET --validate FILE       (prints milliseconds)
 *
 * The library is the one inside PyPI's `wasmtime`, which comes without headers: what is used of its C
 * API is declared here. */
#include "run.h"

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
error_t *wasmtime_module_deserialize_file(void *engine, const char *path, void **module);
error_t *wasmtime_module_serialize(void *module, byte_vec_t *bytes);
void *wasmtime_store_new(void *engine, void *data, void (*finalizer)(void *));
void *wasmtime_store_context(void *store);
void *wasi_config_new(void);
bool wasi_config_set_argv(void *config, size_t count, const char *const *arguments);
bool wasi_config_preopen_dir(void *config, const char *path, const char *guest_path, bool is_mutable);
void wasi_config_inherit_stdin(void *config);
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

static void *new_engine(const char *target) {
  void *config = wasm_config_new();
  if (strcmp(target, "native") != 0)
    check(wasmtime_config_target_set(config, target), NULL);
  return wasm_engine_new_with_config(config);
}

static void validate(const char *target, const char *file) {
  void *engine = new_engine(target);
  size_t length;
  uint8_t *bytes = read_file(file, &length);
  double start = processor_seconds();
  check(wasmtime_module_validate(engine, bytes, length), NULL);
  printf("%.3f\n", (processor_seconds() - start) * 1e3);
}

static void save(void *module, const char *path) {
  byte_vec_t artifact;
  FILE *output = fopen(path, "wb");
  check(wasmtime_module_serialize(module, &artifact), NULL);
  if (!output || fwrite(artifact.data, 1, artifact.size, output) != artifact.size
      || fclose(output) != 0) {
    perror(path);
    exit(1);
  }
}

static void *new_wasi(const request_t *request) {
  void *wasi = wasi_config_new();
  size_t i;
  wasi_config_inherit_stdin(wasi);
  wasi_config_inherit_stdout(wasi);
  wasi_config_inherit_stderr(wasi);
  if (!wasi_config_set_argv(wasi, request->argument_count, request->arguments)) {
    fputs("wasmtime-run: an argument is not UTF-8\n", stderr);
    exit(1);
  }
  for (i = 0; i < request->directory_count; i++)
    if (!wasi_config_preopen_dir(wasi, request->directories[i].host, request->directories[i].guest,
                                 true)) {
      perror(request->directories[i].host);
      exit(1);
    }
  return wasi;
}

int main(int argc, char **argv) {
  request_t request;
  void *engine, *module, *store, *context, *linker;
  size_t length;
  uint8_t *bytes;
  instance_t instance;
  extern_t item;
  val_t argument, result;
  error_t *error;
  trap_t *trap = NULL;
  const char *name;
  double start;
  if (argc == 4 && strcmp(argv[2], "--validate") == 0) {
    validate(argv[1], argv[3]);
    return 0;
  }
  request = parse(argc, argv);
  engine = new_engine(request.target);
  if (request.artifact) {
    check(wasmtime_module_deserialize_file(engine, request.file, &module), NULL);
  } else {
    bytes = read_file(request.file, &length);
    check(wasmtime_module_new(engine, bytes, length, &module), NULL);
  }
  if (request.output) {
    save(module, request.output);
    return 0;
  }
  store = wasmtime_store_new(engine, NULL, NULL);
  context = wasmtime_store_context(store);
  linker = wasmtime_linker_new(engine);
  if (!request.invoke) {
    check(wasmtime_context_set_wasi(context, new_wasi(&request)), NULL);
    check(wasmtime_linker_define_wasi(linker), NULL);
  }
  error = wasmtime_linker_instantiate(linker, context, module, &instance, &trap);
  check(error, trap);
  name = request.invoke ? request.invoke : "_start";
  if (!wasmtime_instance_export_get(context, &instance, name, strlen(name), &item)
      || item.kind != 0) {
    fprintf(stderr, "wasmtime-run: no function %s\n", name);
    return 1;
  }
  memset(&argument, 0, sizeof argument);
  argument.of.i32 = integer_argument(&request);

  start = processor_seconds();
  error = wasmtime_func_call(context, &item.of.func, &argument,
                             request.invoke && request.argument_count > 1, &result,
                             request.invoke != NULL, &trap);
  write_times(&request, start, processor_seconds());
  check(error, trap);
  if (request.invoke)
    printf("%d\n", result.of.i32);
  return 0;
}
