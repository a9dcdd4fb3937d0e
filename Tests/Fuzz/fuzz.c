#define _POSIX_C_SOURCE 200809L
#include "fuzz.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FEATURES 4096

__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t features[FEATURES];

void fuzz_fail(const char *file, int line, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "FINDING at %s:%d: ", file, line);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  abort();
}

void fuzz_feature(uint32_t feature) {
  features[(feature * 2654435761u) >> 20] = 1;
}

double fuzz_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void fuzz_check_time(double start, size_t length) {
  double seconds = fuzz_clock() - start;
  FUZZ_CHECK(seconds < 1 + (double)length * 100e-6, "%zu bytes took %.2f seconds", length, seconds);
}

/* Ignores names and numbers in messages, which do not depend on the path that the input took. */
static uint32_t hash_of_message(const char *message) {
  uint32_t hash = 2166136261u;
  bool quoted = false;
  for (; *message; message++) {
    if (*message == '"' || *message == '`') quoted = !quoted;
    if (quoted || (*message >= '0' && *message <= '9')) continue;
    hash = (hash ^ (uint8_t)*message) * 16777619u;
  }
  return hash;
}

void fuzz_outcome(pulley_status_t status, pulley_error_t *error, size_t length) {
  FUZZ_CHECK((status == PULLEY_OK) == (error == NULL), "status %d, and an error object: %d", status,
             error != NULL);
  FUZZ_CHECK(status == pulley_error_status(error), "status %d, but the error's is %d", status,
             pulley_error_status(error));
  if (error) {
    const char *message = pulley_error_message(error);
    const char *description = pulley_error_description(error);
    FUZZ_CHECK(status > PULLEY_OK && status < PULLEY_ERROR_INTERNAL, "status %d: %s", status,
               description);
    FUZZ_CHECK(*message && !strchr(message, '\n'), "not one sentence: <%s>", message);
    FUZZ_CHECK(strlen(message) < 4096 + 8 * (length < 65536 ? length : 65536),
               "a message of %zu bytes", strlen(message));
    uint64_t offset = pulley_error_offset(error);
    FUZZ_CHECK(length == SIZE_MAX || offset == PULLEY_NO_OFFSET || offset <= length,
               "an error at %llu of %zu bytes: %s", (unsigned long long)offset, length, description);
    FUZZ_CHECK((pulley_error_line(error) == 0) == (pulley_error_column(error) == 0),
               "a line without a column");
    size_t frames = pulley_error_frame_count(error);
    for (size_t frame = 0; frame <= frames; frame++) {
      uint32_t index = pulley_error_frame_index(error, frame);
      FUZZ_CHECK((frame < frames) == (index != UINT32_MAX), "frame %zu of %zu is %u", frame, frames, index);
      pulley_error_frame_name(error, frame);
      pulley_error_frame_module(error, frame);
      pulley_error_frame_offset(error, frame);
    }
    fuzz_feature(hash_of_message(message) ^ (uint32_t)status);
    pulley_error_delete(error);
  }
}

static void inspect_extern(const pulley_extern_t *item, bool is_import) {
  size_t length;
  FUZZ_CHECK(item, "an import or export is missing");
  const char *module = pulley_extern_module(item, &length);
  FUZZ_CHECK(module && strlen(module) <= length && (is_import || length == 0), "the module's name");
  const char *name = pulley_extern_name(item, &length);
  FUZZ_CHECK(name && strlen(name) <= length, "the name");
  FUZZ_CHECK(*pulley_extern_description(item), "no description");
  pulley_extern_kind_t kind = pulley_extern_kind(item);
  pulley_function_type_t type = pulley_extern_function_type(item);
  pulley_limits_t limits = pulley_extern_limits(item);
  FUZZ_CHECK(kind >= PULLEY_EXTERN_FUNCTION && kind <= PULLEY_EXTERN_ADDRESS, "the kind %d", kind);
  FUZZ_CHECK(limits.minimum <= limits.maximum, "the limits");
  for (size_t i = 0; i < type.parameter_count; i++) fuzz_feature(1000 + (uint32_t)type.parameters[i]);
  for (size_t i = 0; i < type.result_count; i++) fuzz_feature(1100 + (uint32_t)type.results[i]);
  fuzz_feature(1200 + 64 * (uint32_t)kind + 8 * (uint32_t)pulley_extern_value_type(item) +
               4 * is_import + 2 * pulley_extern_is_mutable(item) + pulley_extern_is_shared(item));
}

void fuzz_inspect(pulley_engine_t *engine, pulley_module_t *module) {
  pulley_error_t *error;
  size_t imports = pulley_module_import_count(module);
  size_t exports = pulley_module_export_count(module);
  size_t customs = pulley_module_custom_section_count(module);
  for (size_t i = 0; i < imports; i++) inspect_extern(pulley_module_import(module, i), true);
  for (size_t i = 0; i < exports; i++) inspect_extern(pulley_module_export(module, i), false);
  for (size_t i = 0; i < customs; i++) {
    size_t length;
    FUZZ_CHECK(pulley_module_custom_section_name(module, i, &length), "a custom section's name");
    pulley_module_custom_section(module, i, &length);
  }
  FUZZ_CHECK(!pulley_module_import(module, imports) && !pulley_module_export(module, exports) &&
                 !pulley_module_custom_section_name(module, customs, NULL),
             "something after the last one");
  fuzz_feature(1 + 4 * (imports < 3 ? (uint32_t)imports : 3) + (exports < 3 ? (uint32_t)exports : 3));

  uint8_t *bytes = NULL;
  size_t length = 0;
  pulley_status_t status = pulley_module_save(module, &bytes, &length, &error);
  fuzz_outcome(status, error, SIZE_MAX);
  if (status) return;
  pulley_module_t *copy = NULL;
  status = pulley_load(engine, bytes, length, &copy, &error);
  FUZZ_CHECK(status == PULLEY_OK, "a saved module cannot be loaded: %s",
             pulley_error_description(error));
  FUZZ_CHECK(pulley_module_import_count(copy) == imports && pulley_module_export_count(copy) == exports,
             "a saved module has other imports or exports");
  pulley_module_delete(copy);
  pulley_free(bytes);
}

uint64_t fuzz_choose(fuzz_choices_t *choices, unsigned bytes) {
  uint64_t value = 0;
  for (unsigned i = 0; i < bytes && choices->next < choices->end; i++) {
    value |= (uint64_t)*choices->next++ << (8 * i);
  }
  return value;
}
