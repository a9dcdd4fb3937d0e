/* Modules: formats, imports, exports, artifacts, and threads that share one. */
#include <pthread.h>

#include "check.h"

static int is_name(const wasm_name_t *name, const char *expected) {
  return name->size == strlen(expected) && !memcmp(name->data, expected, name->size);
}

static void formats(wasm_store_t *store) {
  wasm_byte_vec_t bytes = read_module("everything");
  CHECK(wasm_module_validate(store, &bytes), "a module is valid");
  wasm_byte_vec_t half = {bytes.size / 2, bytes.data};
  CHECK(!wasm_module_validate(store, &half) && !wasm_module_new(store, &half), "half a module is not");
  bytes.data[4] = 9;
  CHECK(!wasm_module_validate(store, &bytes) && !wasm_module_new(store, &bytes), "nor one of another version");
  wasm_byte_vec_delete(&bytes);

  static const char *const texts[] = {"(module)", "function %f() { block0: return }", "", "\0asm", "\x7f" "ELF"};
  for (size_t i = 0; i < 5; i++) {
    wasm_byte_vec_t text;
    wasm_name_new_from_string(&text, texts[i]);
    CHECK(!wasm_module_validate(store, &text) && !wasm_module_new(store, &text), "only the binary format is a module");
    CHECK(!wasm_module_deserialize(store, &text), "and is no artifact");
    wasm_byte_vec_delete(&text);
  }
  CHECK(!wasm_module_new(store, NULL) && !wasm_module_validate(NULL, NULL) && !wasm_module_deserialize(store, NULL),
        "NULL is no module");
}

static void imports_and_exports(wasm_module_t *module) {
  wasm_importtype_vec_t imports;
  wasm_module_imports(module, &imports);
  CHECK(imports.size == 2, "each import counts, though two have one name");
  CHECK(is_name(wasm_importtype_module(imports.data[1]), "") && is_name(wasm_importtype_name(imports.data[1]), "f"),
        "an import has both names");
  CHECK(wasm_externtype_kind(wasm_importtype_type(imports.data[0])) == WASM_EXTERN_FUNC, "and its type");
  wasm_importtype_vec_delete(&imports);

  wasm_exporttype_vec_t exports;
  wasm_module_exports(module, &exports);
  CHECK(exports.size == 10, "each export counts, also those that the API has no type for");
  CHECK(is_name(wasm_exporttype_name(exports.data[3]), "tag")
            && wasm_externtype_kind(wasm_exporttype_type(exports.data[3])) == WASM_EXTERN_TAG,
        "a tag keeps its place");
  const wasm_globaltype_t *global = wasm_externtype_as_globaltype_const(wasm_exporttype_type(exports.data[5]));
  CHECK(wasm_valtype_kind(wasm_globaltype_content(global)) == WASM_V128, "a vector has its kind");
  const wasm_memorytype_t *memory = wasm_externtype_as_memorytype_const(wasm_exporttype_type(exports.data[8]));
  CHECK(wasm_memorytype_limits(memory)->min == 1 && wasm_memorytype_limits(memory)->max == 3, "a memory has its limits");
  wasm_exporttype_vec_delete(&exports);
  wasm_module_imports(NULL, &imports);
  wasm_module_exports(NULL, &exports);
  CHECK(imports.size == 0 && exports.size == 0, "no module has no imports");
}

static void artifacts(wasm_store_t *store, wasm_module_t *module) {
  wasm_byte_vec_t bytes;
  wasm_module_serialize(module, &bytes);
  CHECK(bytes.size > 0, "a module can be serialized");
  wasm_module_t *loaded = wasm_module_deserialize(store, &bytes);
  CHECK(loaded, "and deserialized");
  wasm_exporttype_vec_t exports;
  wasm_module_exports(loaded, &exports);
  CHECK(exports.size == 10, "with its exports");
  wasm_exporttype_vec_delete(&exports);
  CHECK(!wasm_module_new(store, &bytes) && !wasm_module_validate(store, &bytes), "an artifact is not a module");
  wasm_byte_vec_t half = {bytes.size / 2, bytes.data};
  CHECK(!wasm_module_deserialize(store, &half), "half an artifact is refused");
  wasm_byte_vec_delete(&bytes);
  wasm_module_delete(loaded);
  wasm_module_serialize(NULL, &bytes);
  CHECK(bytes.size == 0, "no module has no artifact");
}

enum { THREADS = 6, ROUNDS = 20 };

struct work {
  wasm_engine_t *engine;
  wasm_shared_module_t *module;
  int number;
  int sum;
};

static wasm_trap_t *add(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  struct work *work = env;
  work->sum += args->data[0].of.i32;
  results->data[0].of.i32 = work->number;
  return NULL;
}

/* Each thread has a store of its own. */
static void *run(void *argument) {
  struct work *work = argument;
  wasm_store_t *store = wasm_store_new(work->engine);
  wasm_module_t *module = wasm_module_obtain(store, work->module);
  for (int round = 0; round < ROUNDS; round++) {
    wasm_functype_t *type = wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
    wasm_func_t *function = wasm_func_new_with_env(store, type, add, work, NULL);
    wasm_functype_delete(type);
    wasm_extern_t *externs[] = {wasm_func_as_extern(function), wasm_func_as_extern(function)};
    wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs), exports;
    wasm_instance_t *instance = wasm_instance_new(store, module, &imports, NULL);
    wasm_func_delete(function);
    wasm_instance_exports(instance, &exports);
    wasm_val_t arguments[] = {WASM_I32_VAL(round)}, returned[] = {WASM_INIT_VAL};
    wasm_val_vec_t args = WASM_ARRAY_VEC(arguments), results = WASM_ARRAY_VEC(returned);
    if (wasm_func_call(wasm_extern_as_func(exports.data[0]), &args, &results)) abort();
    if (returned[0].of.i32 != work->number) work->sum = -1000000;
    wasm_extern_vec_delete(&exports);
    wasm_instance_delete(instance);
  }
  wasm_module_delete(module);
  wasm_store_delete(store);
  return NULL;
}

static void threads(wasm_engine_t *engine, wasm_module_t *module) {
  wasm_shared_module_t *shared = wasm_module_share(module);
  pthread_t threads[THREADS];
  struct work work[THREADS];
  for (int i = 0; i < THREADS; i++) {
    work[i] = (struct work){engine, shared, i, 0};
    if (pthread_create(&threads[i], NULL, run, &work[i])) abort();
  }
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
    CHECK(work[i].sum == ROUNDS * (ROUNDS - 1) / 2, "each thread runs the shared module");
  }
  wasm_engine_t *other = wasm_engine_new();
  wasm_store_t *store = wasm_store_new(other);
  CHECK(!wasm_module_obtain(store, shared), "a store of another engine cannot have the module");
  wasm_module_t *foreign = load(store, "everything");
  CHECK(!wasm_module_same(foreign, module), "two modules differ");
  wasm_module_delete(foreign);
  wasm_store_delete(store);
  wasm_engine_delete(other);
  wasm_shared_module_delete(shared);
  wasm_shared_module_delete(NULL);
}

int main(void) {
  wasm_engine_t *engine = wasm_engine_new();
  wasm_store_t *store = wasm_store_new(engine);
  formats(store);
  wasm_module_t *module = load(store, "everything");
  imports_and_exports(module);
  artifacts(store, module);
  threads(engine, module);
  wasm_module_delete(module);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  return finish();
}
