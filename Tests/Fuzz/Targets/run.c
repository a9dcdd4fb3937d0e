/* Runs modules: links them with host functions that call back, trap and grow memories, and calls each export. No module
 * may end the process or block it. */
#define _POSIX_C_SOURCE 200809L
#include "fuzz.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { MOST_VALUES = 16, MOST_EXPORTS = 12, LIMIT = 16 << 20, STACK = 64 << 10 };

static pulley_engine_t *engine;

/* A thread that interrupts an instance after a fifth of a second. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pulley_instance_t *watched;
static unsigned ticks;

static void *watch(void *unused) {
  (void)unused;
  for (;;) {
    nanosleep(&(struct timespec){0, 20 * 1000 * 1000}, NULL);
    pthread_mutex_lock(&lock);
    if (watched && ++ticks > 10) pulley_interrupt(watched);
    pthread_mutex_unlock(&lock);
  }
  return NULL;
}

static void watch_instance(pulley_instance_t *instance) {
  pthread_mutex_lock(&lock);
  watched = instance;
  ticks = 0;
  pthread_mutex_unlock(&lock);
}

static void prepare(void) {
  pulley_options_t *options = pulley_options_new();
  pulley_options_set_interruptible(options, true, NULL);
  pulley_options_set_memory_limit(options, LIMIT, NULL);
  pulley_options_set_stack_size(options, STACK, NULL);
  engine = pulley_engine_new(options);
  pulley_options_delete(options);
  pthread_t thread;
  pthread_create(&thread, NULL, watch, NULL);
}

static uint64_t state;
static unsigned depth;
static pulley_module_t *module;

static uint64_t random_bits(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

static pulley_value_t some_value(pulley_type_t type) {
  static const uint64_t corners[] = {0, 1, UINT64_MAX, 0x80000000, 0x7fffffff, 65536, 65535, 1ull << 63,
                                     0x7ff0000000000000, 0x7fc00000, 4294967296};
  pulley_value_t value;
  memset(&value, 0, sizeof value);
  value.type = type;
  uint64_t bits = random_bits();
  bits = bits % 3 ? bits >> (random_bits() % 64) : corners[bits / 3 % (sizeof corners / 8)];
  if (type != PULLEY_FUNCREF) memcpy(&value.of, &bits, 8);
  return value;
}

static void call_export(pulley_instance_t *instance, size_t index) {
  const pulley_extern_t *item = pulley_module_export(module, index);
  if (pulley_extern_kind(item) != PULLEY_EXTERN_FUNCTION) return;
  size_t length;
  const char *name = pulley_extern_name(item, &length);
  pulley_function_type_t type = pulley_extern_function_type(item);
  if (strlen(name) != length || type.parameter_count > MOST_VALUES || type.result_count > MOST_VALUES) {
    return;
  }
  pulley_value_t arguments[MOST_VALUES], results[MOST_VALUES];
  for (size_t i = 0; i < type.parameter_count; i++) arguments[i] = some_value(type.parameters[i]);
  pulley_error_t *error;
  pulley_status_t status = pulley_run(instance, name, arguments, type.parameter_count, results,
                                      type.result_count, &error);
  for (size_t i = 0; !status && i < type.result_count; i++) {
    FUZZ_CHECK(results[i].type == type.results[i],
               "a result of type %d instead of %d", results[i].type, type.results[i]);
  }
  fuzz_outcome(status, error, SIZE_MAX);
}

/* The side effects of every imported function. */
static uint64_t act(pulley_instance_t *instance) {
  pulley_memory_t *memory = NULL;
  switch (random_bits() % 8) {
  case 0:
    pulley_trap(instance, "the host says so");
    break;
  case 1:
    if (!pulley_instance_memory(instance, NULL, &memory, NULL)) pulley_memory_grow(memory, 1, NULL, NULL);
    pulley_memory_delete(memory);
    break;
  case 2:
    if (depth < 40 && pulley_module_export_count(module)) {
      depth++;
      call_export(instance, random_bits() % pulley_module_export_count(module));
      depth--;
    }
    break;
  }
  return random_bits() % 5 ? random_bits() % 16 : random_bits();
}

typedef struct vector {
  uint64_t low, high;
} vector_t;

static void act_void(pulley_instance_t *instance) { act(instance); }
static int32_t act_i32(pulley_instance_t *instance) { return (int32_t)act(instance); }
static int64_t act_i64(pulley_instance_t *instance) { return (int64_t)act(instance); }
static float act_f32(pulley_instance_t *instance) { return (float)act(instance); }
static double act_f64(pulley_instance_t *instance) { return (double)act(instance); }
static void *act_pointer(pulley_instance_t *instance) { return (void *)(uintptr_t)act(instance); }
static vector_t act_vector(pulley_instance_t *instance) {
  uint64_t low = act(instance);
  return (vector_t){low, random_bits()};
}

static const struct {
  const char *word;
  pulley_host_t function;
} kinds[] = {
    [0] = {"void", (pulley_host_t)act_void},         [PULLEY_I32] = {"i32", (pulley_host_t)act_i32},
    [PULLEY_I64] = {"i64", (pulley_host_t)act_i64},  [PULLEY_F32] = {"f32", (pulley_host_t)act_f32},
    [PULLEY_F64] = {"f64", (pulley_host_t)act_f64},  [PULLEY_V128] = {"v128", (pulley_host_t)act_vector},
    [PULLEY_FUNCREF] = {NULL, NULL},
    [PULLEY_EXTERNREF] = {"hostptr", (pulley_host_t)act_pointer},
};

static const char *word(pulley_type_t type) {
  return type >= 0 && type <= PULLEY_EXTERNREF ? kinds[type].word : NULL;
}

static bool define_function(pulley_linker_t *linker, const pulley_extern_t *item) {
  pulley_function_type_t type = pulley_extern_function_type(item);
  pulley_type_t result = type.result_count ? type.results[0] : 0;
  if (type.result_count > 1 || !word(result) || type.parameter_count > MOST_VALUES) return false;
  char signature[256];
  size_t length = (size_t)snprintf(signature, sizeof signature, "%s(instance", word(result));
  for (size_t i = 0; i < type.parameter_count; i++) {
    if (!word(type.parameters[i])) return false;
    length += (size_t)snprintf(signature + length, sizeof signature - length, ", %s",
                               word(type.parameters[i]));
  }
  snprintf(signature + length, sizeof signature - length, ")");
  return !pulley_register(linker, pulley_extern_module(item, NULL), pulley_extern_name(item, NULL),
                          signature, kinds[result].function, NULL, NULL, NULL);
}

/* Defines an import; returns false if the C interface cannot define it. */
static bool define(pulley_linker_t *linker, const pulley_extern_t *item) {
  const char *first = pulley_extern_module(item, NULL), *second = pulley_extern_name(item, NULL);
  pulley_limits_t limits = pulley_extern_limits(item);
  pulley_value_t value = some_value(pulley_extern_value_type(item));
  pulley_memory_t *memory = NULL;
  pulley_table_t *table = NULL;
  pulley_global_t *global = NULL;
  bool defined = false;
  switch (pulley_extern_kind(item)) {
  case PULLEY_EXTERN_FUNCTION:
    return define_function(linker, item);
  case PULLEY_EXTERN_MEMORY:
    defined = !(pulley_extern_is_shared(item)
                    ? pulley_memory_new_shared(engine, limits, &memory, NULL)
                    : pulley_memory_new(engine, limits, &memory, NULL)) &&
              !pulley_linker_define_memory(linker, first, second, memory, NULL);
    break;
  case PULLEY_EXTERN_TABLE:
    defined = limits.minimum < 1 << 20 &&
              !pulley_table_new(engine, value.type, limits, &table, NULL) &&
              !pulley_linker_define_table(linker, first, second, table, NULL);
    break;
  case PULLEY_EXTERN_GLOBAL:
    defined = !pulley_global_new(engine, &value, pulley_extern_is_mutable(item), &global, NULL) &&
              !pulley_linker_define_global(linker, first, second, global, NULL);
    break;
  }
  pulley_memory_delete(memory);
  pulley_table_delete(table);
  pulley_global_delete(global);
  return defined;
}

/* Whether the module has a start function, which runs before an instance exists that can be interrupted. */
static bool has_start(const uint8_t *data, size_t size) {
  for (size_t at = 8; at < size;) {
    if (data[at++] == 8) return true;
    size_t length = 0;
    for (unsigned shift = 0; at < size && shift < 35; shift += 7) {
      length |= (size_t)(data[at] & 0x7f) << shift;
      if (!(data[at++] & 0x80)) break;
    }
    at += length;
  }
  return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!engine) prepare();
  if (size < 8 || memcmp(data, "\0asm", 4) || has_start(data, size)) return -1;
  if (pulley_compile(engine, data, size, &module, NULL)) return -1;
  state = 88172645463325252u + size * 2654435761u + data[size - 1];
  pulley_linker_t *linker = pulley_linker_new(engine);
  size_t imports = pulley_module_import_count(module), exports = pulley_module_export_count(module);
  bool defined = true;
  for (size_t i = 0; defined && i < imports; i++) defined = define(linker, pulley_module_import(module, i));
  pulley_instance_t *instance = NULL;
  pulley_error_t *error;
  pulley_status_t status = pulley_instantiate(linker, module, &instance, &error);
  fuzz_outcome(status, error, SIZE_MAX);
  if (!status) {
    for (size_t round = 0; round < 2; round++) {
      for (size_t i = 0; i < exports && i < MOST_EXPORTS; i++) {
        watch_instance(instance);
        call_export(instance, i);
        watch_instance(NULL);
        pulley_clear_interrupt(instance);
      }
    }
    pulley_memory_t *memory = NULL;
    if (!pulley_instance_memory(instance, NULL, &memory, NULL)) {
      size_t length = pulley_memory_size(memory);
      const uint8_t *bytes = pulley_memory_data(memory);
      FUZZ_CHECK(length <= LIMIT || pulley_memory_is_shared(memory), "a memory of %zu bytes", length);
      FUZZ_CHECK(!length || bytes[0] + bytes[length - 1] >= 0, "a memory that cannot be read");
    }
    pulley_memory_delete(memory);
  }
  pulley_instance_delete(instance);
  pulley_linker_delete(linker);
  pulley_module_delete(module);
  return 0;
}
