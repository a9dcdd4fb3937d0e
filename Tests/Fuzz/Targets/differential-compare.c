/* Runs modules on libpulley and on Wasmtime and compares everything observable: instantiation, results, traps, calls of
 * host functions, memories, globals, tables.
 *
 *   compare FILE…
 *
 * Prints a line for each file: `same FILE CALLS`, `left FILE REASON` if the two cannot be compared, or `FINDING FILE:
 * DIFFERENCE`. Wasmtime is the library in PyPI's `wasmtime`, which has no headers, so the functions of its C API are
 * declared here. */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <pulley.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { size_t size; void *data; } vec_t;
typedef struct { uint64_t store; uint64_t private_data[2]; } object_t;
typedef struct { uint8_t kind; union { object_t object; void *shared; uint64_t room[3]; } of; } extern_t;
typedef struct {
  uint8_t kind;
  union { int32_t i32; int64_t i64; uint8_t bytes[16]; uint64_t room[3]; } of;
} val_t;
enum { W_I32, W_I64, W_F32, W_F64, W_V128, W_FUNCREF, W_EXTERNREF };
enum { W_FUNCTION, W_GLOBAL, W_TABLE, W_MEMORY, W_SHARED };

typedef void *(*callback_t)(void *data, void *caller, const val_t *arguments, size_t count,
                            val_t *results, size_t result_count);
void *wasm_config_new(void);
void wasmtime_config_wasm_threads_set(void *, bool);
void wasmtime_config_shared_memory_set(void *, bool);
void wasmtime_config_wasm_tail_call_set(void *, bool);
void wasmtime_config_wasm_memory64_set(void *, bool);
void wasmtime_config_wasm_multi_memory_set(void *, bool);
void wasmtime_config_wasm_wide_arithmetic_set(void *, bool);
void wasmtime_config_wasm_custom_page_sizes_set(void *, bool);
void wasmtime_config_cranelift_opt_level_set(void *, uint8_t);
void wasmtime_config_parallel_compilation_set(void *, bool);
void *wasm_engine_new_with_config(void *);
void *wasmtime_module_new(void *engine, const uint8_t *bytes, size_t length, void **module);
void wasmtime_module_delete(void *);
void *wasmtime_store_new(void *engine, void *data, void (*finalizer)(void *));
void wasmtime_store_delete(void *);
void *wasmtime_store_context(void *store);
void *wasmtime_linker_new(void *engine);
void wasmtime_linker_delete(void *);
void *wasmtime_linker_define_func(void *linker, const char *module, size_t module_length,
                                  const char *name, size_t name_length, void *type, callback_t callback,
                                  void *data, void (*finalizer)(void *));
void *wasmtime_linker_instantiate(void *linker, void *context, void *module, object_t *instance,
                                  void **trap);
bool wasmtime_instance_export_get(void *context, const object_t *instance, const char *name,
                                  size_t length, extern_t *item);
void wasmtime_extern_delete(extern_t *);
void *wasmtime_func_call(void *context, const object_t *function, const val_t *arguments, size_t count,
                         val_t *results, size_t result_count, void **trap);
void wasmtime_global_get(void *context, const object_t *global, val_t *value);
uint8_t *wasmtime_memory_data(void *context, const object_t *memory);
size_t wasmtime_memory_data_size(void *context, const object_t *memory);
uint8_t *wasmtime_sharedmemory_data(void *memory);
size_t wasmtime_sharedmemory_data_size(void *memory);
uint64_t wasmtime_table_size(void *context, const object_t *table);
bool wasmtime_trap_code(void *trap, uint8_t *code);
void *wasmtime_trap_new(const char *message, size_t length);
void wasm_trap_delete(void *);
void wasmtime_error_delete(void *);
void *wasm_valtype_new(uint8_t kind);
void wasm_valtype_vec_new(vec_t *, size_t, void *const *);
void *wasm_functype_new(vec_t *parameters, vec_t *results);
void wasm_functype_delete(void *);

enum { MOST_VALUES = 32, TRAP_OTHER = 100, STACK_OVERFLOW = PULLEY_TRAP_STACK_OVERFLOW };

static const int trap_codes[] = {
    PULLEY_TRAP_STACK_OVERFLOW, PULLEY_TRAP_MEMORY_OUT_OF_BOUNDS, PULLEY_TRAP_UNALIGNED_ATOMIC,
    PULLEY_TRAP_TABLE_OUT_OF_BOUNDS, PULLEY_TRAP_INDIRECT_CALL_TO_NULL, PULLEY_TRAP_INDIRECT_CALL_TYPE,
    PULLEY_TRAP_INTEGER_OVERFLOW, PULLEY_TRAP_INTEGER_DIVIDE_BY_ZERO, PULLEY_TRAP_BAD_CONVERSION,
    PULLEY_TRAP_UNREACHABLE, PULLEY_TRAP_INTERRUPTED, TRAP_OTHER, PULLEY_TRAP_EXPECTED_SHARED_MEMORY,
    PULLEY_TRAP_NULL_REFERENCE};

/* One module in both engines. */
typedef struct pair {
  const char *file;
  pulley_module_t *module;
  pulley_linker_t *linker;
  pulley_instance_t *instance;
  void *other_module, *store, *context, *other_linker;
  object_t other_instance;
  unsigned calls;
} pair_t;

/* One for each tier; the bytes of a module choose. */
static pulley_engine_t *engines[2];
static pulley_engine_t *engine;
static void *other_engine;
/* The arguments of the host functions in each engine. */
static uint64_t logs[2];
static int side;
static uint64_t state;
static bool found;

static bool finding(const pair_t *pair, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  printf("FINDING %s: ", pair->file);
  vprintf(format, arguments);
  printf("\n");
  va_end(arguments);
  found = true;
  return false;
}

static bool left(const pair_t *pair, const char *why) {
  printf("left %s %s\n", pair->file, why);
  return false;
}

static uint64_t random_bits(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

static void note(uint64_t value) { logs[side] = (logs[side] ^ value) * 0x100000001b3u + 17; }

static uint64_t bits_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, 8);
  return value == value ? bits : 0x7ff8000000000000;
}

/* The host functions. The wrappers for Wasmtime below call them with the same arguments. */
static int32_t host_mix(int32_t a, int64_t b) {
  note((uint64_t)(uint32_t)a);
  note((uint64_t)b);
  return (int32_t)((uint32_t)a * 31u + (uint32_t)b);
}
static double host_scale(double a, float b) {
  note(bits_of(a));
  note(bits_of(b));
  return a > 0 ? 1.5 : -2;
}
static int64_t host_count(void) {
  note(1);
  return (int64_t)(logs[side] % 50);
}
static void host_tell(float a, int32_t b, double c, int64_t d, int32_t e, int64_t f, int32_t g, int32_t h) {
  note(bits_of(a));
  note(bits_of(c));
  note((uint64_t)d + (uint64_t)f);
  note((uint32_t)b + (uint32_t)e * 3u + (uint32_t)g * 5u + (uint32_t)h * 7u);
}
static int32_t host_trap(pulley_instance_t *instance, int32_t a) {
  note((uint32_t)a);
  if (a % 5 == 3) pulley_trap(instance, "three");
  return a + 1;
}

static double double_of(const val_t *value) {
  double result;
  memcpy(&result, &value->of, 8);
  return result;
}
static float float_of(const val_t *value) {
  float result;
  memcpy(&result, &value->of, 4);
  return result;
}
#define CALLBACK(name) \
  static void *name(void *data, void *caller, const val_t *a, size_t count, val_t *r, size_t result_count)
#define UNUSED (void)data, (void)caller, (void)a, (void)count, (void)r, (void)result_count
CALLBACK(other_mix) {
  UNUSED;
  r->kind = W_I32;
  r->of.i32 = host_mix(a[0].of.i32, a[1].of.i64);
  return NULL;
}
CALLBACK(other_scale) {
  UNUSED;
  double result = host_scale(double_of(a), float_of(a + 1));
  r->kind = W_F64;
  memcpy(&r->of, &result, 8);
  return NULL;
}
CALLBACK(other_count) {
  UNUSED;
  r->kind = W_I64;
  r->of.i64 = host_count();
  return NULL;
}
CALLBACK(other_tell) {
  UNUSED;
  host_tell(float_of(a), a[1].of.i32, double_of(a + 2), a[3].of.i64, a[4].of.i32, a[5].of.i64, a[6].of.i32,
            a[7].of.i32);
  return NULL;
}
CALLBACK(other_trap) {
  UNUSED;
  note((uint32_t)a->of.i32);
  r->kind = W_I32;
  r->of.i32 = a->of.i32 + 1;
  return a->of.i32 % 5 == 3 ? wasmtime_trap_new("three", 5) : NULL;
}

static const struct {
  const char *name, *signature, *parameters, *result;
  pulley_host_t function;
  callback_t callback;
} hosts[] = {
    {"mix", "i32(i32, i64)", "\0\1", "\0", (pulley_host_t)host_mix, other_mix},
    {"scale", "f64(f64, f32)", "\3\2", "\3", (pulley_host_t)host_scale, other_scale},
    {"count", "i64()", "", "\1", (pulley_host_t)host_count, other_count},
    {"tell", "void(f32, i32, f64, i64, i32, i64, i32, i32)", "\2\0\3\1\0\1\0\0", NULL,
     (pulley_host_t)host_tell, other_tell},
    {"trap", "i32(instance, i32)", "\0", "\0", (pulley_host_t)host_trap, other_trap},
};
static const size_t parameter_counts[] = {2, 2, 0, 8, 1};

static void prepare(void) {
  for (int tier = 0; tier < 2; tier++) {
    pulley_options_t *options = pulley_options_new();
    pulley_options_set_tiers(options, tier ? PULLEY_TIERS_SECOND : PULLEY_TIERS_FIRST, NULL);
    engines[tier] = pulley_engine_new(options);
    pulley_options_delete(options);
  }
  void *config = wasm_config_new();
  wasmtime_config_wasm_threads_set(config, true);
  wasmtime_config_shared_memory_set(config, true);
  wasmtime_config_wasm_tail_call_set(config, true);
  wasmtime_config_wasm_memory64_set(config, true);
  wasmtime_config_wasm_multi_memory_set(config, true);
  wasmtime_config_wasm_wide_arithmetic_set(config, true);
  wasmtime_config_wasm_custom_page_sizes_set(config, true);
  wasmtime_config_cranelift_opt_level_set(config, 0);
  wasmtime_config_parallel_compilation_set(config, false);
  other_engine = wasm_engine_new_with_config(config);
}

static void define_hosts(pair_t *pair) {
  for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
    pulley_register(pair->linker, "env", hosts[i].name, hosts[i].signature, hosts[i].function, NULL, NULL,
                    NULL);
    void *types[8], *result = hosts[i].result ? wasm_valtype_new((uint8_t)*hosts[i].result) : NULL;
    for (size_t j = 0; j < parameter_counts[i]; j++) {
      types[j] = wasm_valtype_new((uint8_t)hosts[i].parameters[j]);
    }
    vec_t parameters, results;
    wasm_valtype_vec_new(&parameters, parameter_counts[i], types);
    wasm_valtype_vec_new(&results, result != NULL, &result);
    void *type = wasm_functype_new(&parameters, &results);
    wasmtime_linker_define_func(pair->other_linker, "env", 3, hosts[i].name, strlen(hosts[i].name), type,
                                hosts[i].callback, NULL, NULL);
    wasm_functype_delete(type);
  }
}

/* The trap code in libpulley's numbering, or -1 for no trap. */
static int outcome_of(void *error, void *trap) {
  uint8_t code;
  int outcome = -1;
  if (trap) {
    outcome = !wasmtime_trap_code(trap, &code)                          ? PULLEY_TRAP_HOST
              : code < sizeof trap_codes / sizeof *trap_codes ? trap_codes[code]
                                                                        : TRAP_OTHER;
    wasm_trap_delete(trap);
  } else if (error) {
    /* Only traps of host functions are errors here; the cases above handle all others. */
    outcome = PULLEY_TRAP_HOST;
    wasmtime_error_delete(error);
  }
  return outcome;
}

static int outcome_of_status(pulley_status_t status, const pulley_error_t *error) {
  if (!status) return -1;
  return status == PULLEY_ERROR_TRAP ? pulley_error_trap_code(error) : 1000 + status;
}

/* Whether two outcomes agree; prints a difference. Stacks differ in size, so an overflow ends the comparison. */
static bool agree(pair_t *pair, const char *what, int ours, int theirs, pulley_error_t *error) {
  bool same = ours == theirs;
  if (ours == 1000 + PULLEY_ERROR_UNSUPPORTED) {
    same = left(pair, "unsupported");
  } else if (ours == STACK_OVERFLOW || theirs == STACK_OVERFLOW) {
    same = left(pair, "stack overflow");
  } else if (!same) {
    finding(pair, "%s: outcome %d, not %d: %s", what, ours, theirs, pulley_error_description(error));
  } else if (logs[0] != logs[1]) {
    same = finding(pair, "%s: host functions were called differently", what);
  }
  pulley_error_delete(error);
  return same;
}

static val_t some_value(pulley_type_t type, pulley_value_t *ours) {
  static const uint64_t corners[] = {0, 1, UINT64_MAX, 0x80000000, 0x7fffffff, 65536, 65535, 1ull << 63,
                                     4294967296};
  uint64_t bits = random_bits();
  bits = bits % 3 ? bits >> (random_bits() % 64) : corners[bits / 3 % (sizeof corners / 8)];
  /* Not a NaN, because the bits that an operation on NaNs produces are not defined. */
  if (type == PULLEY_F32 && (bits & 0x7f800000) == 0x7f800000) bits = 0x3f800000;
  if (type == PULLEY_F64 && (bits >> 52 & 0x7ff) == 0x7ff) bits = 1ull << 62;
  if (type == PULLEY_FUNCREF || type == PULLEY_EXTERNREF) bits = 0;
  val_t value;
  memset(&value, 0, sizeof value);
  memset(ours, 0, sizeof *ours);
  value.kind = (uint8_t)(type - PULLEY_I32);
  ours->type = type;
  size_t size = type == PULLEY_I32 || type == PULLEY_F32 ? 4 : 8;
  memcpy(&value.of, &bits, size);
  memcpy(&ours->of, &bits, size);
  return value;
}

static bool same_value(const pulley_value_t *ours, const val_t *theirs) {
  if (theirs->kind != ours->type - PULLEY_I32) return false;
  switch (ours->type) {
  case PULLEY_I32:
  case PULLEY_F32:
    return !memcmp(&ours->of, &theirs->of, 4);
  case PULLEY_I64:
  case PULLEY_F64:
    return !memcmp(&ours->of, &theirs->of, 8);
  case PULLEY_V128:
    return !memcmp(&ours->of, &theirs->of, 16);
  default:
    return (ours->of.ref == NULL) == (theirs->of.i64 == 0);
  }
}

static const char *text_of(const pulley_value_t *ours, const val_t *theirs) {
  static char text[128];
  uint64_t a[2] = {0}, b[2] = {0};
  memcpy(a, &ours->of, ours->type == PULLEY_V128 ? 16 : 8);
  memcpy(b, &theirs->of, 16);
  snprintf(text, sizeof text, "%016" PRIx64 "%016" PRIx64 ", not %016" PRIx64 "%016" PRIx64, a[1], a[0], b[1],
           b[0]);
  return text;
}

static bool call(pair_t *pair, const char *name, pulley_function_type_t type, const object_t *function) {
  if (type.parameter_count > MOST_VALUES || type.result_count > MOST_VALUES) return true;
  pulley_value_t arguments[MOST_VALUES], results[MOST_VALUES];
  val_t other_arguments[MOST_VALUES], other_results[MOST_VALUES];
  for (size_t i = 0; i < type.parameter_count; i++) {
    other_arguments[i] = some_value(type.parameters[i], &arguments[i]);
  }
  void *trap = NULL;
  pulley_error_t *error;
  side = 0;
  pulley_status_t status = pulley_run(pair->instance, name, arguments, type.parameter_count, results,
                                      type.result_count, &error);
  side = 1;
  void *other_error = wasmtime_func_call(pair->context, function, other_arguments, type.parameter_count,
                                         other_results, type.result_count, &trap);
  pair->calls++;
  if (!agree(pair, name, outcome_of_status(status, error), outcome_of(other_error, trap), error)) {
    return false;
  }
  for (size_t i = 0; !status && i < type.result_count; i++) {
    if (!same_value(&results[i], &other_results[i])) {
      return finding(pair, "%s: result %zu is %s", name, i, text_of(&results[i], &other_results[i]));
    }
  }
  return true;
}

static bool compare_memory(pair_t *pair, const char *name, const extern_t *item) {
  pulley_memory_t *memory = NULL;
  if (pulley_instance_memory(pair->instance, name, &memory, NULL)) return finding(pair, "%s: no memory", name);
  bool shared = item->kind == W_SHARED;
  size_t size = shared ? wasmtime_sharedmemory_data_size(item->of.shared)
                       : wasmtime_memory_data_size(pair->context, &item->of.object);
  const uint8_t *bytes = shared ? wasmtime_sharedmemory_data(item->of.shared)
                                : wasmtime_memory_data(pair->context, &item->of.object);
  const uint8_t *ours = pulley_memory_data(memory);
  bool same = true;
  if (pulley_memory_size(memory) != size) {
    same = finding(pair, "%s: a memory of %zu bytes, not %zu", name, pulley_memory_size(memory), size);
  } else if (size && memcmp(ours, bytes, size)) {
    size_t at = 0;
    while (ours[at] == bytes[at]) at++;
    same = finding(pair, "%s: byte %zu of the memory is %02x, not %02x", name, at, ours[at], bytes[at]);
  }
  pulley_memory_delete(memory);
  return same;
}

static bool compare_global(pair_t *pair, const char *name, const object_t *object) {
  pulley_global_t *global = NULL;
  pulley_value_t ours;
  val_t theirs;
  bool readable = !pulley_instance_global(pair->instance, name, &global, NULL) &&
                  !pulley_global_get(global, &ours, NULL);
  pulley_global_delete(global);
  if (!readable) return finding(pair, "%s: no global", name);
  wasmtime_global_get(pair->context, object, &theirs);
  return same_value(&ours, &theirs) || finding(pair, "%s: the global is %s", name, text_of(&ours, &theirs));
}

static bool compare_table(pair_t *pair, const char *name, const object_t *object) {
  pulley_table_t *table = NULL;
  if (pulley_instance_table(pair->instance, name, &table, NULL)) return finding(pair, "%s: no table", name);
  uint64_t ours = pulley_table_size(table), theirs = wasmtime_table_size(pair->context, object);
  pulley_table_delete(table);
  return ours == theirs || finding(pair, "%s: a table of %" PRIu64 ", not %" PRIu64, name, ours, theirs);
}

static bool compare_export(pair_t *pair, size_t index, bool functions) {
  const pulley_extern_t *export = pulley_module_export(pair->module, index);
  size_t length;
  const char *name = pulley_extern_name(export, &length);
  extern_t item;
  bool is_function = pulley_extern_kind(export) == PULLEY_EXTERN_FUNCTION;
  if (strlen(name) != length || is_function != functions) return true;
  if (!wasmtime_instance_export_get(pair->context, &pair->other_instance, name, length, &item)) {
    return finding(pair, "%s: no such export", name);
  }
  bool same = true;
  switch (pulley_extern_kind(export)) {
  case PULLEY_EXTERN_FUNCTION:
    same = call(pair, name, pulley_extern_function_type(export), &item.of.object);
    break;
  case PULLEY_EXTERN_MEMORY:
    same = compare_memory(pair, name, &item);
    break;
  case PULLEY_EXTERN_GLOBAL:
    same = compare_global(pair, name, &item.of.object);
    break;
  case PULLEY_EXTERN_TABLE:
    same = compare_table(pair, name, &item.of.object);
    break;
  }
  wasmtime_extern_delete(&item);
  return same;
}

static bool compare_instances(pair_t *pair) {
  size_t exports = pulley_module_export_count(pair->module);
  for (int round = 0; round < 3; round++) {
    for (int functions = 1; functions >= 0; functions--) {
      for (size_t i = 0; i < exports; i++) {
        if (!compare_export(pair, i, functions)) return false;
      }
    }
  }
  return true;
}

static bool compare_modules(pair_t *pair, const uint8_t *bytes, size_t length) {
  pulley_error_t *error;
  unsigned sum = 0;
  for (size_t i = 0; i < length; i++) sum += bytes[i];
  engine = engines[sum & 1];
  pulley_status_t status = pulley_compile(engine, bytes, length, &pair->module, &error);
  void *other_error = wasmtime_module_new(other_engine, bytes, length, &pair->other_module);
  if (other_error) wasmtime_error_delete(other_error);
  bool unsupported = status == PULLEY_ERROR_UNSUPPORTED || status == PULLEY_ERROR_LIMIT;
  bool same = unsupported || (status == PULLEY_OK) == (other_error == NULL);
  if (!same) finding(pair, "accepted: %d, not %d: %s", !status, !other_error, pulley_error_description(error));
  pulley_error_delete(error);
  if (!same) return false;
  if (status || other_error) return left(pair, unsupported ? "unsupported" : "refused");

  pair->store = wasmtime_store_new(other_engine, NULL, NULL);
  pair->context = wasmtime_store_context(pair->store);
  pair->linker = pulley_linker_new(engine);
  pair->other_linker = wasmtime_linker_new(other_engine);
  define_hosts(pair);
  side = 0;
  status = pulley_instantiate(pair->linker, pair->module, &pair->instance, &error);
  side = 1;
  void *trap = NULL;
  other_error = wasmtime_linker_instantiate(pair->other_linker, pair->context, pair->other_module,
                                            &pair->other_instance, &trap);
  if (status == PULLEY_ERROR_LINK || status == PULLEY_ERROR_LIMIT) {
    pulley_error_delete(error);
    outcome_of(other_error, trap);
    return left(pair, status == PULLEY_ERROR_LINK ? "imports" : "limit");
  }
  int ours = outcome_of_status(status, error), theirs = outcome_of(other_error, trap);
  if (!agree(pair, "instantiation", ours, theirs, error)) return false;
  return status ? left(pair, "trap in the start function") : compare_instances(pair);
}

static void compare_file(const char *name) {
  static uint8_t bytes[1 << 20];
  FILE *file = fopen(name, "rb");
  size_t length = file ? fread(bytes, 1, sizeof bytes, file) : 0;
  if (file) fclose(file);
  pair_t pair = {.file = name};
  state = 88172645463325252u ^ length * 2654435761u;
  logs[0] = logs[1] = 0;
  if (compare_modules(&pair, bytes, length)) printf("same %s %u\n", name, pair.calls);
  pulley_instance_delete(pair.instance);
  pulley_linker_delete(pair.linker);
  pulley_module_delete(pair.module);
  if (pair.store) wasmtime_store_delete(pair.store);
  if (pair.other_linker) wasmtime_linker_delete(pair.other_linker);
  if (pair.other_module) wasmtime_module_delete(pair.other_module);
}

int main(int count, char **names) {
  prepare();
  for (int i = 1; i < count; i++) {
    printf("begin %s\n", names[i]);
    fflush(stdout);
    compare_file(names[i]);
    fflush(stdout);
  }
  return found;
}
