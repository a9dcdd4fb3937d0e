/* The steps of the target `calls`. Each calls one function of the interface, or several query functions of one
 * object. */
#include <string.h>

#include "calls.h"

#define CHOOSE(bytes) fuzz_choose(world->choices, bytes)

static uint64_t some_number(world_t *world) {
  static const uint64_t corners[] = {0, 1, 2, 3, 65535, 65536, 16384, 1 << 20, 1ull << 32, 1ull << 62,
                                     UINT64_MAX, UINT64_MAX - 1, 1ull << 63};
  uint64_t choice = CHOOSE(1);
  return choice < 128 ? choice % 12 : corners[choice % (sizeof corners / sizeof *corners)];
}

/* The engine of an argument; NULL means the shared engine. */
static pulley_engine_t *some_engine(world_t *world, bool *right) {
  uint64_t choice = CHOOSE(1) % 8;
  if (choice < 2) return world->engines[choice];
  if (choice == 2) return NULL;
  bool is_engine = true;
  pulley_engine_t *engine = some(world, ENGINE, &is_engine);
  if (!is_engine && engine) *right = false;
  return engine;
}

static pulley_module_t *some_module(world_t *world, bool *right) {
  if (world->module && CHOOSE(1) % 3 == 0) return world->module;
  return some(world, MODULE, right);
}

static pulley_memory_t *some_memory(world_t *world, bool *right) {
  if (CHOOSE(1) % 5 == 0) return world->shared;
  return some(world, MEMORY, right);
}

/* Whether WebAssembly has values of this type. */
static bool is_wasm_type(pulley_type_t type) {
  return (type >= PULLEY_I32 && type <= PULLEY_EXTERNREF) || type == PULLEY_ANYREF || type == PULLEY_EXNREF;
}

static pulley_value_t some_value(world_t *world) {
  pulley_value_t value;
  memset(&value, 0, sizeof value);
  value.type = (pulley_type_t)(CHOOSE(1) % (PULLEY_EXNREF + 1));
  if (CHOOSE(1) % 32 == 0) value.type = (pulley_type_t)CHOOSE(4);
  value.of.i64 = (int64_t)some_number(world);
  if (value.type == PULLEY_FUNCREF) {
    bool right = true;
    pulley_function_t *function = some(world, FUNCTION, &right);
    /* Always a real reference, though perhaps of another engine or of a deleted instance. */
    value = pulley_function_value(right ? function : NULL);
  }
  return value;
}

static void options_new(world_t *world) { keep(world, OPTIONS, pulley_options_new()); }

static void options_set(world_t *world) {
  bool right = true;
  pulley_error_t *error;
  pulley_options_t *options = some(world, OPTIONS, &right);
  uint64_t number = some_number(world);
  pulley_status_t status;
  switch (CHOOSE(1) % 7) {
  case 5: status = pulley_options_set_host_stack_reserve(options, number, &error); break;
  case 0: status = pulley_options_set_stack_size(options, number, &error); break;
  case 1: status = pulley_options_set_memory_limit(options, number & 0x1ffffff, &error); break;
  case 2: status = pulley_options_set_eager(options, number & 1, &error); break;
  case 3: status = pulley_options_set_threads(options, number & 3, &error); break;
  case 4: status = pulley_options_set_interruptible(options, number & 1, &error); break;
  default: status = pulley_options_set_clif(options, number & 1, &error); break;
  }
  check(world, right, status, error);
}

static void engine_new(world_t *world) {
  bool right = true;
  pulley_options_t *options = CHOOSE(1) % 4 ? some(world, OPTIONS, &right) : NULL;
  pulley_engine_t *engine = pulley_engine_new(options);
  FUZZ_CHECK((engine != NULL) == (right || !options), "an engine of %s options", right ? "right" : "wrong");
  keep(world, ENGINE, engine);
}

static void compile(world_t *world) {
  bool right = true;
  size_t length;
  pulley_error_t *error;
  pulley_module_t *module = NULL;
  pulley_engine_t *engine = some_engine(world, &right);
  const char *text = text_of_module(world, &length);
  pulley_status_t status = pulley_compile(engine, text, length, &module, &error);
  check_new(world, right, status, MODULE, module, error);
}

static void compile_nothing(world_t *world) {
  pulley_error_t *error;
  pulley_module_t *module = NULL;
  check_call(world, false, pulley_compile(NULL, NULL, 5, &module, &error));
  check_call(world, false, pulley_compile(NULL, "(module)", 8, NULL, &error));
  pulley_status_t status = pulley_compile(NULL, "", 0, &module, &error);
  FUZZ_CHECK(status, "no bytes at all are a module");
  check(world, true, status, error);
  /* An impossible length is refused before any byte is read. */
  status = pulley_compile(NULL, "(module)", (size_t)1 << (31 + CHOOSE(1) % 33), &module, &error);
  FUZZ_CHECK(status == PULLEY_ERROR_LIMIT, "an impossible length: status %d", status);
  check(world, true, status, error);
}

static void compile_file(world_t *world) {
  bool right = true;
  pulley_error_t *error;
  pulley_module_t *module = NULL;
  pulley_engine_t *engine = some_engine(world, &right);
  pulley_status_t status = pulley_compile_file(engine, "no/such/file", &module, &error);
  FUZZ_CHECK(status == (right ? PULLEY_ERROR_FILE : PULLEY_ERROR_ARGUMENT), "no file: status %d", status);
  check(world, right, status, error);
}

static void save_and_load(world_t *world) {
  bool right = true, engine_right = true;
  pulley_error_t *error;
  uint8_t *bytes = NULL;
  size_t length = 0;
  pulley_module_t *module = some_module(world, &right), *copy = NULL;
  pulley_status_t status = pulley_module_save(module, &bytes, &length, &error);
  check(world, right, status, error);
  if (status) return;
  if (CHOOSE(1) % 4 == 0) length = CHOOSE(2) % length;
  pulley_engine_t *engine = some_engine(world, &engine_right);
  status = pulley_load(engine, bytes, length, &copy, &error);
  check_new(world, engine_right, status, MODULE, copy, error);
  pulley_free(bytes);
}

static void inspect(world_t *world) {
  bool right = true;
  pulley_module_t *module = some_module(world, &right);
  FUZZ_CHECK((pulley_module_format(module) != 0) == right, "the format of a %s handle",
             right ? "right" : "wrong");
  pulley_module_name(module);
  size_t index = CHOOSE(1) % 8;
  const pulley_extern_t *items[2] = {pulley_module_import(module, index),
                                     pulley_module_export(module, index)};
  FUZZ_CHECK((items[0] != NULL) == (index < pulley_module_import_count(module)) &&
                 (items[1] != NULL) == (index < pulley_module_export_count(module)),
             "import or export %zu", index);
  size_t length;
  for (size_t i = 0; i < 2; i++) {
    pulley_extern_kind(items[i]);
    pulley_extern_module(items[i], &length);
    pulley_extern_name(items[i], NULL);
    pulley_extern_description(items[i]);
    pulley_extern_function_type(items[i]);
    pulley_extern_value_type(items[i]);
    pulley_extern_limits(items[i]);
  }
  pulley_module_custom_section(module, index, &length);
}

static void linker_new(world_t *world) {
  bool right = true;
  pulley_engine_t *engine = some_engine(world, &right);
  pulley_linker_t *linker = pulley_linker_new(engine);
  FUZZ_CHECK((linker != NULL) == right, "a linker of a %s engine", right ? "right" : "wrong");
  keep(world, LINKER, linker);
}

/* A host function that performs steps itself, also in the same instance. */
static int32_t host(pulley_instance_t *instance, void *userdata, int32_t number) {
  world_t *world = userdata;
  if (world->depth < 3) {
    int step = world->step;
    world->depth++;
    if (CHOOSE(1) % 4 == 0) {
      pulley_error_t *error;
      pulley_value_t argument = pulley_i32(3), result;
      pulley_status_t status = pulley_run(instance, "deep", &argument, 1, &result, 1, &error);
      if (status && CHOOSE(1) % 2) pulley_trap_error(instance, error);
      fuzz_outcome(status, error, SIZE_MAX);
    }
    run_steps(world, 4);
    world->depth--;
    world->step = step;
  }
  if (CHOOSE(1) % 8 == 0) pulley_trap(instance, CHOOSE(1) % 2 ? "enough" : NULL);
  return number * 2;
}

static void finalize(void *userdata) { ((world_t *)userdata)->finalized++; }

static void register_function(world_t *world) {
  static const char *const wrong[] = {"i32(instance, userdata, i32", "", "i32(userdata, instance, i32)",
                                      "i33()", "void(void, i32)", NULL, "i32(instance,userdata,i32) "};
  bool right = true;
  pulley_error_t *error;
  pulley_linker_t *linker = some(world, LINKER, &right);
  const char *module = CHOOSE(1) % 2 ? "env" : some_name(world);
  const char *name = CHOOSE(1) % 2 ? "f" : some_name(world);
  const char *signature = "i32(instance, userdata, i32)";
  if (CHOOSE(1) % 8 == 0) signature = wrong[CHOOSE(1) % (sizeof wrong / sizeof *wrong)];
  bool finalizer = CHOOSE(1) % 2;
  if (!module || !name || !signature) right = false;
  world->registered += finalizer;
  pulley_status_t status = pulley_register(linker, module, name, signature, (pulley_host_t)host, world,
                                           finalizer ? finalize : NULL, &error);
  check(world, right, status, error);
}

static void define(world_t *world) {
  bool right = true;
  pulley_error_t *error;
  pulley_linker_t *linker = some(world, LINKER, &right);
  const char *module = CHOOSE(1) % 2 ? "env" : some_name(world);
  const char *name = some_name(world);
  pulley_status_t status;
  uint64_t choice = CHOOSE(1) % 5;
  if (!module || (!name && choice)) right = false;
  switch (choice) {
  case 0:
    status = pulley_linker_define_instance(linker, module, some(world, INSTANCE, &right), &error);
    break;
  case 1:
    status = pulley_linker_define_function(linker, module, name, some(world, FUNCTION, &right), &error);
    break;
  case 2:
    status = pulley_linker_define_memory(linker, module, name, some_memory(world, &right), &error);
    break;
  case 3:
    status = pulley_linker_define_table(linker, module, name, some(world, TABLE, &right), &error);
    break;
  default:
    status = pulley_linker_define_global(linker, module, name, some(world, GLOBAL, &right), &error);
    break;
  }
  check(world, right, status, error);
}

static void *resolve(void *userdata, const char *name) { return *name == 'f' ? userdata : NULL; }

static void set_resolver(world_t *world) {
  bool right = true;
  pulley_error_t *error;
  pulley_linker_t *linker = some(world, LINKER, &right);
  pulley_status_t status =
      pulley_linker_set_resolver(linker, CHOOSE(1) % 2 ? resolve : NULL, (void *)strlen, &error);
  check(world, right, status, error);
}

static void instantiate(world_t *world) {
  bool right = true;
  pulley_error_t *error;
  pulley_instance_t *instance = NULL;
  pulley_linker_t *linker = some(world, LINKER, &right);
  pulley_module_t *module = some_module(world, &right);
  pulley_status_t status = pulley_instantiate(linker, module, &instance, &error);
  check_new(world, right, status, INSTANCE, instance, error);
}

static void instantiate_bytes(world_t *world) {
  bool right = true;
  size_t length;
  pulley_error_t *error;
  pulley_instance_t *instance = NULL;
  pulley_linker_t *linker = some(world, LINKER, &right);
  const char *text = text_of_module(world, &length);
  /* CLIF is trusted: if its type of a host function is wrong, that is an error of the program. */
  if (*text == 'f') return;
  pulley_status_t status = pulley_instantiate_bytes(linker, text, length, &instance, &error);
  check_new(world, right, status, INSTANCE, instance, error);
}

static void instance_data(world_t *world) {
  bool right = true;
  pulley_instance_t *instance = some(world, INSTANCE, &right);
  pulley_instance_set_data(instance, world);
  FUZZ_CHECK(pulley_instance_data(instance) == (right ? world : NULL), "an instance's data");
}

/* Makes arguments of the function's types, or of nearly these types; returns false if they are wrong. */
static bool some_arguments(world_t *world, pulley_function_type_t type, pulley_value_t *arguments,
                           size_t *count) {
  bool right = true;
  *count = type.parameter_count;
  for (size_t i = 0; i < type.parameter_count; i++) {
    arguments[i] = some_value(world);
    if (arguments[i].type != type.parameters[i]) {
      if (CHOOSE(1) % 16 == 0) {
        right = false;
      } else {
        memset(&arguments[i].of, 0, sizeof arguments[i].of);
        arguments[i].type = type.parameters[i];
        arguments[i].of.i32 = (int32_t)CHOOSE(1) % 50;
        if (type.parameters[i] == PULLEY_FUNCREF) arguments[i].of.ref = NULL;
      }
    }
  }
  if (CHOOSE(1) % 16 == 0) {
    *count = CHOOSE(1) % 4;
    if (*count != type.parameter_count) right = false;
  }
  return right;
}

static void call(world_t *world) {
  bool right = true;
  pulley_error_t *error;
  pulley_value_t arguments[4] = {{0}}, results[4];
  size_t count, result_count;
  pulley_function_t *function = some(world, FUNCTION, &right);
  pulley_function_type_t type = pulley_function_type(function);
  FUZZ_CHECK(right || (!type.parameter_count && !type.result_count), "the type of a wrong handle");
  if (!some_arguments(world, type, arguments, &count)) right = false;
  result_count = CHOOSE(1) % 4 ? type.result_count : CHOOSE(1) % 3;
  if (result_count && result_count != type.result_count) right = false;
  pulley_status_t status =
      pulley_call(function, count ? arguments : NULL, count, results, result_count, &error);
  for (size_t i = 0; !status && i < result_count; i++) {
    FUZZ_CHECK(results[i].type == type.results[i], "a result of another type");
  }
  check(world, right, status, error);
}

static void run(world_t *world) {
  bool right = true;
  pulley_error_t *error;
  pulley_value_t arguments[2] = {pulley_i32((int32_t)CHOOSE(1)), pulley_i32((int32_t)CHOOSE(1))};
  pulley_value_t result;
  pulley_instance_t *instance = some(world, INSTANCE, &right);
  const char *name = some_name(world);
  if (!name) right = false;
  size_t count = CHOOSE(1) % 3;
  pulley_status_t status = pulley_run(instance, name, arguments, count, &result, CHOOSE(1) % 2, &error);
  check(world, right, status, error);
}

static void instance_function(world_t *world) {
  bool right = true;
  pulley_error_t *error;
  pulley_function_t *function = NULL;
  pulley_instance_t *instance = some(world, INSTANCE, &right);
  const char *name = some_name(world);
  if (!name) right = false;
  pulley_status_t status = pulley_instance_function(instance, name, &function, &error);
  check_new(world, right, status, FUNCTION, function, error);
}

static void value_function(world_t *world) {
  pulley_error_t *error;
  pulley_function_t *function = NULL;
  pulley_value_t value = some_value(world);
  pulley_status_t status = pulley_value_function(&value, &function, &error);
  bool right = value.type == PULLEY_FUNCREF && value.of.ref;
  FUZZ_CHECK(!right || !status, "a reference that is no function's: status %d", status);
  check_new(world, right, status, FUNCTION, function, error);
  function = NULL;
  check_call(world, false, pulley_value_function(NULL, &function, &error));
}

static void function_address(world_t *world) {
  bool right = true;
  pulley_function_t *function = some(world, FUNCTION, &right);
  void *address = pulley_function_address(function);
  FUZZ_CHECK(right || !address, "the address of a wrong handle");
}

static void interrupt(world_t *world) {
  bool right = true;
  pulley_instance_t *instance = some(world, INSTANCE, &right);
  if (CHOOSE(1) % 2) {
    pulley_interrupt(instance);
  } else {
    pulley_clear_interrupt(instance);
  }
}

static void trap_outside(world_t *world) {
  bool right = true;
  pulley_instance_t *instance = some(world, INSTANCE, &right);
  switch (CHOOSE(1) % 3) {
  case 0: pulley_trap(instance, "no"); break;
  case 1: pulley_trap_error(instance, NULL); break;
  default: pulley_throw(instance, 1, 2, 3); break;
  }
}

static void instance_memory(world_t *world) {
  bool right = true;
  pulley_error_t *error;
  pulley_memory_t *memory = NULL;
  pulley_instance_t *instance = some(world, INSTANCE, &right);
  pulley_status_t status = pulley_instance_memory(instance, some_name(world), &memory, &error);
  check_new(world, right, status, MEMORY, memory, error);
}

static void instance_table(world_t *world) {
  bool right = true;
  pulley_error_t *error;
  pulley_table_t *table = NULL;
  pulley_instance_t *instance = some(world, INSTANCE, &right);
  const char *name = some_name(world);
  if (!name) right = false;
  pulley_status_t status = pulley_instance_table(instance, name, &table, &error);
  check_new(world, right, status, TABLE, table, error);
}

static void instance_global(world_t *world) {
  bool right = true;
  pulley_error_t *error;
  pulley_global_t *global = NULL;
  pulley_instance_t *instance = some(world, INSTANCE, &right);
  const char *name = some_name(world);
  if (!name) right = false;
  pulley_status_t status = pulley_instance_global(instance, name, &global, &error);
  check_new(world, right, status, GLOBAL, global, error);
}

static void memory_new(world_t *world) {
  bool right = true;
  pulley_error_t *error;
  pulley_memory_t *memory = NULL;
  pulley_engine_t *engine = some_engine(world, &right);
  pulley_limits_t limits = {some_number(world), some_number(world)};
  if (limits.minimum > limits.maximum) right = false;
  bool shared = CHOOSE(1) % 4 == 0;
  pulley_status_t status = (shared ? pulley_memory_new_shared : pulley_memory_new)(engine, limits,
                                                                                   &memory, &error);
  FUZZ_CHECK(!memory || (pulley_memory_size(memory) == limits.minimum * PULLEY_PAGE_SIZE &&
                         pulley_memory_is_shared(memory) == shared),
             "a memory that is not what was asked for");
  check_new(world, right, status, MEMORY, memory, error);
}

static void memory_grow(world_t *world) {
  bool right = true;
  pulley_error_t *error;
  pulley_memory_t *memory = some_memory(world, &right);
  uint64_t pages = some_number(world), previous = 0;
  size_t before = pulley_memory_size(memory);
  pulley_status_t status = pulley_memory_grow(memory, pages, &previous, &error);
  if (memory != world->shared && !pulley_memory_is_shared(memory)) {
    size_t after = pulley_memory_size(memory);
    FUZZ_CHECK(after == before + (status ? 0 : pages * PULLEY_PAGE_SIZE), "%zu and %llu pages: %zu",
               before, (unsigned long long)pages, after);
    FUZZ_CHECK(status || previous * PULLEY_PAGE_SIZE == before, "the size before");
  }
  FUZZ_CHECK(!right || status == PULLEY_OK || status == PULLEY_ERROR_LIMIT, "status %d", status);
  check(world, right, status, error);
}

static void memory_access(world_t *world) {
  bool right = true;
  pulley_error_t *error;
  uint8_t bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8}, copy[8] = {0};
  pulley_memory_t *memory = some_memory(world, &right);
  uint64_t address = some_number(world);
  size_t length = CHOOSE(1) % 9, size = pulley_memory_size(memory);
  if (CHOOSE(1) % 4 == 0) address += size - (size < 16 ? size : 16);
  bool in_bounds = address <= size && length <= size - address;
  if (right && memory != world->shared) {
    FUZZ_CHECK((pulley_memory_data(memory) != NULL) == (size != 0), "a memory's first byte");
  }
  pulley_status_t status = pulley_memory_write(memory, address, bytes, length, &error);
  if (memory == world->shared) {
    check(world, true, status, error);
    return;
  }
  FUZZ_CHECK((status == PULLEY_OK) == (right && in_bounds), "%zu bytes at %llu of %zu: status %d", length,
             (unsigned long long)address, size, status);
  check(world, right && in_bounds, status, error);
  status = pulley_memory_read(memory, address, copy, length, &error);
  FUZZ_CHECK(status || !memcmp(bytes, copy, length), "other bytes than were written");
  check(world, right && in_bounds, status, error);
}

static void memory_notify(world_t *world) {
  bool right = true;
  pulley_error_t *error;
  uint32_t woken = 0;
  pulley_memory_t *memory = some_memory(world, &right);
  pulley_status_t status =
      pulley_memory_notify(memory, some_number(world), (uint32_t)CHOOSE(1), &woken, &error);
  check(world, right, status, error);
}

static void instance_pointer(world_t *world) {
  bool right = true;
  pulley_instance_t *instance = some(world, INSTANCE, &right);
  uint64_t address = some_number(world);
  size_t length = CHOOSE(1) % 5;
  volatile uint8_t *pointer = pulley_instance_pointer(instance, address, length);
  FUZZ_CHECK(right || !pointer, "a pointer into a wrong handle");
  if (pointer && length) pointer[length - 1] = pointer[0];
}

static void global_new(world_t *world) {
  bool right = true;
  pulley_error_t *error;
  pulley_global_t *global = NULL;
  pulley_engine_t *engine = some_engine(world, &right);
  pulley_value_t value = some_value(world);
  if (!is_wasm_type(value.type)) right = false;
  pulley_status_t status = pulley_global_new(engine, &value, CHOOSE(1) % 2, &global, &error);
  check_new(world, right, status, GLOBAL, global, error);
}

static void global_access(world_t *world) {
  bool right = true;
  pulley_error_t *error;
  pulley_value_t value = {0}, written = some_value(world);
  pulley_global_t *global = some(world, GLOBAL, &right);
  pulley_status_t status = pulley_global_get(global, &value, &error);
  FUZZ_CHECK((status == PULLEY_OK) == right, "a global that cannot be read");
  check(world, right, status, error);
  status = pulley_global_set(global, &written, &error);
  FUZZ_CHECK(status == PULLEY_OK || status == PULLEY_ERROR_ARGUMENT, "status %d", status);
  FUZZ_CHECK(status || written.type == value.type, "a value of another type");
  check(world, right, status, error);
}

static void table_new(world_t *world) {
  bool right = true;
  pulley_error_t *error;
  pulley_table_t *table = NULL;
  pulley_engine_t *engine = some_engine(world, &right);
  pulley_type_t type = (pulley_type_t)(CHOOSE(1) % 9);
  pulley_limits_t limits = {some_number(world), some_number(world)};
  /* Large tables that are possible take long to fill. */
  if (limits.minimum > 1 << 16 && limits.minimum < 1ull << 32) return;
  if (limits.minimum > limits.maximum) right = false;
  if (type != PULLEY_FUNCREF && type != PULLEY_EXTERNREF) right = false;
  pulley_status_t status = pulley_table_new(engine, type, limits, &table, &error);
  FUZZ_CHECK(!table || pulley_table_size(table) == limits.minimum, "another size");
  check_new(world, right, status, TABLE, table, error);
}

static void table_access(world_t *world) {
  bool right = true;
  pulley_error_t *error;
  pulley_table_t *table = some(world, TABLE, &right);
  uint64_t index = some_number(world), size = pulley_table_size(table);
  pulley_value_t value = {0}, written = some_value(world);
  pulley_status_t status = pulley_table_get(table, index, &value, &error);
  FUZZ_CHECK((status == PULLEY_OK) == (right && index < size), "element %llu of %llu: status %d",
             (unsigned long long)index, (unsigned long long)size, status);
  check(world, right && index < size, status, error);
  pulley_status_t set = pulley_table_set(table, index, &written, &error);
  FUZZ_CHECK((set == PULLEY_OK) == (!status && written.type == value.type) || status,
             "an element of another type: status %d", set);
  check(world, right && index < size, set, error);
}

static void table_grow(world_t *world) {
  bool right = true;
  pulley_error_t *error;
  pulley_table_t *table = some(world, TABLE, &right);
  uint64_t count = some_number(world), previous = 0, before = pulley_table_size(table);
  if (count > 1 << 16 && count < 1ull << 32) return;
  pulley_value_t value = some_value(world);
  bool filled = CHOOSE(1) % 2;
  pulley_status_t status = pulley_table_grow(table, count, filled ? &value : NULL, &previous, &error);
  FUZZ_CHECK(pulley_table_size(table) == before + (status ? 0 : count), "another size than it grew to");
  FUZZ_CHECK(status || previous == before, "the size before");
  check(world, right, status, error);
}

static void table_function(world_t *world) {
  bool right = true;
  pulley_error_t *error;
  pulley_function_t *function = NULL;
  pulley_table_t *table = some(world, TABLE, &right);
  pulley_status_t status = pulley_table_function(table, some_number(world), &function, &error);
  check_new(world, right, status, FUNCTION, function, error);
}

static void wasi_new(world_t *world) { keep(world, WASI, pulley_wasi_new()); }

static void write_nothing(void *userdata, const void *bytes, size_t length) {
  (void)userdata, (void)bytes, (void)length;
}

static void wasi_set(world_t *world) {
  static const char *const entries[] = {"NAME=value", "NO", "", NULL, "=", "A=\xff"};
  bool right = true;
  pulley_error_t *error;
  pulley_wasi_t *wasi = some(world, WASI, &right);
  const char *strings[2] = {entries[CHOOSE(1) % 6], entries[CHOOSE(1) % 6]};
  int32_t stream = (int32_t)CHOOSE(1) % 5 - 1;
  pulley_status_t status;
  switch (CHOOSE(1) % 7) {
  case 0: status = pulley_wasi_set_arguments(wasi, strings, CHOOSE(1) % 3, &error); break;
  case 1: status = pulley_wasi_set_environment(wasi, strings, CHOOSE(1) % 3, &error); break;
  case 2: status = pulley_wasi_set_input(wasi, "input", CHOOSE(1) % 6, &error); break;
  case 3: status = pulley_wasi_set_output(wasi, stream, write_nothing, NULL, &error); break;
  case 4: status = pulley_wasi_set_clock(wasi, some_number(world), &error); break;
  case 5: status = pulley_wasi_set_seed(wasi, some_number(world), &error); break;
  default: status = pulley_wasi_add_directory(wasi, "no/such/folder", strings[0], true, &error); break;
  }
  check(world, right, status, error);
}

static void wasi_define(world_t *world) {
  bool right = true;
  pulley_error_t *error;
  pulley_wasi_t *wasi = some(world, WASI, &right);
  pulley_linker_t *linker = some(world, LINKER, &right);
  check_call(world, right, pulley_wasi_define(wasi, linker, &error));
}

static void wasi_run(world_t *world) {
  bool right = true;
  pulley_error_t *error;
  int32_t code;
  pulley_wasi_t *wasi = some(world, WASI, &right);
  pulley_instance_t *instance = some(world, INSTANCE, &right);
  check_call(world, right, pulley_wasi_run(wasi, instance, &code, &error));
  pulley_wasi_exited(wasi, &code);
  FUZZ_CHECK(pulley_wasi_denied(wasi), "no words");
}

/* Passes handles of every kind to functions that return no status. */
static void ask_wrongly(world_t *world) {
  bool right;
  void *handle = some(world, (kind_t)(CHOOSE(1) % KINDS), &right);
  kind_t kind = KINDS;
  for (size_t i = 0; handle && i < KINDS; i++) {
    for (size_t slot = 0; slot < SLOTS; slot++) {
      if (world->handles[i][slot] == handle) kind = (kind_t)i;
    }
  }
  FUZZ_CHECK(pulley_error_status(handle) == PULLEY_OK || handle, "NULL is an error");
  FUZZ_CHECK(kind == MEMORY || (!pulley_memory_data(handle) && !pulley_memory_size(handle)),
             "a memory of another kind");
  FUZZ_CHECK(kind == TABLE || !pulley_table_size(handle), "a table of another kind");
  FUZZ_CHECK(kind == MODULE || !pulley_module_format(handle), "a module of another kind");
  FUZZ_CHECK(kind == MODULE || (!pulley_module_import(handle, 0) && !pulley_module_export_count(handle)),
             "imports of another kind");
  FUZZ_CHECK(kind == INSTANCE || !pulley_instance_pointer(handle, 0, 0), "an instance of another kind");
  FUZZ_CHECK(kind == FUNCTION || !pulley_function_value(handle).of.ref, "a function of another kind");
  FUZZ_CHECK(kind == WASI || !pulley_wasi_exited(handle, NULL), "a program of another kind");
}

static void delete_nothing(world_t *world) { delete_handle((kind_t)(CHOOSE(1) % KINDS), NULL); }

const step_t steps[STEPS] = {
    options_new,       options_set,      engine_new,        compile,           compile,
    compile_nothing,   compile_file,     save_and_load,     inspect,           linker_new,
    register_function, register_function, define,           define,            define,
    set_resolver,      instantiate,      instantiate,       instantiate_bytes, instantiate_bytes,
    instance_data,     call,             call,              run,               run,
    instance_function, value_function,   function_address,  interrupt,         trap_outside,
    instance_memory,   instance_table,   instance_global,   memory_new,        memory_grow,
    memory_access,     memory_notify,    instance_pointer,  global_new,        global_access,
    table_new,         table_access,     table_grow,        table_function,    wasi_new,
    wasi_set,          wasi_define,      wasi_run,          ask_wrongly,       delete_nothing,
};
