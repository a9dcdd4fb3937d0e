/* Modules in the binary format: decoder, validator, and the compiler for valid modules. */
#include "fuzz.h"

#include <string.h>

static pulley_engine_t *engine;

static void prepare(void) {
  pulley_options_t *options = pulley_options_new();
  pulley_options_set_clif(options, false, NULL);
  pulley_options_set_eager(options, true, NULL);
  pulley_options_set_threads(options, 1, NULL);
  engine = pulley_engine_new(options);
  pulley_options_delete(options);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!engine) prepare();
  if (size < 4 || memcmp(data, "\0asm", 4)) return 0;
  double start = fuzz_clock();
  pulley_error_t *error;
  pulley_module_t *module = NULL;
  pulley_status_t status = pulley_compile(engine, data, size, &module, &error);
  fuzz_check_time(start, size);
  FUZZ_CHECK((status == PULLEY_OK) == (module != NULL), "status %d, a module: %d", status,
             module != NULL);
  fuzz_outcome(status, error, size);
  if (!status) fuzz_inspect(engine, module);
  pulley_module_delete(module);
  return 0;
}
