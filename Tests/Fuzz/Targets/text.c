/* Modules as text: lexer, parser, encoder, and then everything that reads the binary. */
#include "fuzz.h"

#include <string.h>

static pulley_engine_t *engine;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!engine) engine = pulley_engine_new(NULL);
  if (size >= 4 && !memcmp(data, "\0asm", 4)) return 0;
  double start = fuzz_clock();
  pulley_error_t *error;
  pulley_module_t *module = NULL;
  pulley_status_t status = pulley_compile(engine, data, size, &module, &error);
  fuzz_check_time(start, size);
  FUZZ_CHECK((status == PULLEY_OK) == (module != NULL), "status %d, a module: %d", status,
             module != NULL);
  bool is_text = !status && pulley_module_format(module) == PULLEY_FORMAT_WAT;
  if (status == PULLEY_ERROR_INVALID && size && data[0] == '(') {
    FUZZ_CHECK(pulley_error_line(error), "no line: %s", pulley_error_description(error));
  }
  fuzz_outcome(status, error, size);
  if (is_text) fuzz_inspect(engine, module);
  pulley_module_delete(module);
  return 0;
}
