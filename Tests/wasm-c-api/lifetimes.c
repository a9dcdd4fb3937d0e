/* How long objects live, in whatever order the program deletes what it owns. */
#include "check.h"

static int live;
static void end(void *info) {
  (void)info;
  live--;
}

static wasm_trap_t *nothing(const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  (void)args, (void)results;
  return NULL;
}

static wasm_func_t *new_function(wasm_store_t *store) {
  wasm_functype_t *type = wasm_functype_new_0_0();
  wasm_func_t *function = wasm_func_new(store, type, nothing);
  wasm_functype_delete(type);
  wasm_func_set_host_info_with_finalizer(function, function, end);
  live++;
  return function;
}

/* Instances end at once, so that a program can make any number, and each has its finalizer called once. */
static void many_instances(wasm_store_t *store) {
  wasm_func_t *function = new_function(store);
  wasm_module_t *module = load(store, "start");
  wasm_extern_t *externs[] = {wasm_func_as_extern(function)};
  wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs);
  int most = 0;
  for (int i = 0; i < 1000; i++) {
    wasm_instance_t *instance = wasm_instance_new(store, module, &imports, NULL);
    wasm_instance_set_host_info_with_finalizer(instance, module, end);
    live++;
    if (live > most) most = live;
    wasm_instance_delete(instance);
  }
  CHECK(most == 2, "an instance ends when it is deleted, though others import the same function");
  wasm_module_delete(module);
  wasm_func_delete(function);
  CHECK(live == 0, "each finalizer is called once");
}

static void linked_instances(wasm_store_t *store) {
  wasm_func_t *function = new_function(store);
  wasm_extern_t *first[] = {wasm_func_as_extern(function)};
  wasm_instance_t *inner = instantiate(store, "outer", first, 1);
  wasm_instance_set_host_info_with_finalizer(inner, inner, end);
  live++;
  wasm_extern_vec_t exports;
  wasm_instance_exports(inner, &exports);
  wasm_instance_t *outer = instantiate(store, "outer", exports.data, 1);
  wasm_extern_vec_delete(&exports);
  wasm_func_delete(function);
  wasm_instance_delete(inner);
  CHECK(live == 2, "an instance lives as long as one that imports from it");
  wasm_instance_exports(outer, &exports);
  wasm_instance_delete(outer);
  wasm_func_t *run = wasm_func_copy(wasm_extern_as_func(exports.data[0]));
  wasm_extern_vec_delete(&exports);
  wasm_val_vec_t none = WASM_EMPTY_VEC;
  CHECK(!wasm_func_call(run, &none, &none), "a function keeps its instance");
  wasm_func_delete(run);
  CHECK(live == 0, "all end together");
}

static wasm_trap_t *make_object(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  (void)args;
  wasm_foreign_t *foreign = wasm_foreign_new(env);
  wasm_foreign_set_host_info_with_finalizer(foreign, foreign, end);
  live++;
  results->data[0].of.ref = wasm_foreign_as_ref(foreign);
  return NULL;
}

/* The guest has the only reference to what the host has returned. */
static void results_of_the_host(wasm_store_t *store) {
  wasm_functype_t *type = wasm_functype_new_2_2(wasm_valtype_new_externref(), wasm_valtype_new_funcref(),
                                                wasm_valtype_new_externref(), wasm_valtype_new_funcref());
  wasm_func_t *function = wasm_func_new_with_env(store, type, make_object, store, NULL);
  wasm_functype_delete(type);
  wasm_extern_t *imports[] = {wasm_func_as_extern(function)};
  wasm_instance_t *instance = instantiate(store, "references", imports, 1);
  wasm_func_delete(function);
  wasm_extern_vec_t exports;
  wasm_instance_exports(instance, &exports);
  wasm_val_t nulls[2] = {WASM_INIT_VAL, WASM_INIT_VAL}, got[2];
  wasm_val_vec_t args = WASM_ARRAY_VEC(nulls), results = WASM_ARRAY_VEC(got);
  CHECK(!wasm_func_call(wasm_extern_as_func(exports.data[8]), &args, &results), "the host returns an object");
  CHECK(wasm_ref_as_foreign(got[0].of.ref) && !got[1].of.ref, "which comes back");
  wasm_val_t keep[1] = {got[0]};
  wasm_val_vec_t kept = WASM_ARRAY_VEC(keep), none = WASM_EMPTY_VEC;
  CHECK(!wasm_func_call(wasm_extern_as_func(exports.data[4]), &kept, &none), "the guest keeps it");
  wasm_val_delete(&got[0]);
  CHECK(live == 1, "it lives as long as the guest");
  wasm_extern_vec_delete(&exports);
  wasm_instance_delete(instance);
  CHECK(live == 0, "and ends with it");
}

/* A guest that is given ever more objects keeps those that it can reach, and not all. */
static void many_objects(wasm_store_t *store) {
  wasm_functype_t *type = wasm_functype_new_2_2(wasm_valtype_new_externref(), wasm_valtype_new_funcref(),
                                                wasm_valtype_new_externref(), wasm_valtype_new_funcref());
  wasm_func_t *function = wasm_func_new_with_env(store, type, make_object, store, NULL);
  wasm_functype_delete(type);
  wasm_extern_t *imports[] = {wasm_func_as_extern(function)};
  wasm_instance_t *instance = instantiate(store, "references", imports, 1);
  wasm_func_delete(function);
  wasm_extern_vec_t exports;
  wasm_instance_exports(instance, &exports);
  wasm_val_vec_t none = WASM_EMPTY_VEC;
  int most = 0;
  for (int i = 0; i < 10000; i++) {
    wasm_foreign_t *foreign = wasm_foreign_new(store);
    wasm_foreign_set_host_info_with_finalizer(foreign, (void *)(intptr_t)i, end);
    live++;
    wasm_val_t value = WASM_REF_VAL(wasm_foreign_as_ref(foreign));
    wasm_val_vec_t args = {1, &value};
    // The first one stays in a global.
    wasm_trap_t *trap = wasm_func_call(wasm_extern_as_func(exports.data[i == 0 ? 4 : 9]), &args, &none);
    if (trap) abort();
    wasm_foreign_delete(foreign);
    if (live > most) most = live;
  }
  CHECK(most < 3000, "objects that a guest cannot reach end");
  wasm_val_t kept = call(wasm_extern_as_func(exports.data[5]), 0, NULL);
  CHECK(kept.of.ref && wasm_ref_get_host_info(kept.of.ref) == (void *)0, "the one that it can reach does not");
  wasm_val_delete(&kept);
  wasm_extern_vec_delete(&exports);
  wasm_instance_delete(instance);
  CHECK(live == 0, "all end with the instance");
}

struct running {
  wasm_extern_vec_t exports;
  wasm_instance_t *instance;
  wasm_func_t *function;
  /* What the function returns. */
  wasm_trap_t *trap;
};

static wasm_trap_t *delete_all(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  (void)args, (void)results;
  struct running *running = env;
  wasm_extern_vec_delete(&running->exports);
  wasm_instance_delete(running->instance);
  wasm_func_delete(running->function);
  return running->trap;
}

/* The host deletes what is running. */
static void deleted_while_running(wasm_store_t *store, wasm_trap_t *returned) {
  struct running running = {.trap = returned};
  wasm_functype_t *type = wasm_functype_new_0_0();
  running.function = wasm_func_new_with_env(store, type, delete_all, &running, NULL);
  wasm_functype_delete(type);
  wasm_extern_t *imports[] = {wasm_func_as_extern(running.function)};
  running.instance = instantiate(store, "outer", imports, 1);
  wasm_instance_set_host_info_with_finalizer(running.instance, &running, end);
  live++;
  wasm_instance_exports(running.instance, &running.exports);
  wasm_val_vec_t none = WASM_EMPTY_VEC;
  wasm_trap_t *trap = wasm_func_call(wasm_extern_as_func(running.exports.data[0]), &none, &none);
  CHECK(!trap == !returned, "a call keeps what it runs");
  CHECK(live == (trap != NULL), "which ends after the call, unless a frame of its trap keeps it");
  wasm_trap_delete(trap);
  CHECK(live == 0, "and with the trap otherwise");
}

/* A finalizer may use the API. */
static wasm_memory_t *last;
static void delete_last(void *info) {
  CHECK(wasm_memory_size(info) == 1, "a finalizer can use other objects");
  wasm_memory_delete(last);
}

static void finalizers(wasm_store_t *store) {
  wasm_limits_t limits = {1, 1};
  wasm_memorytype_t *type = wasm_memorytype_new(&limits);
  last = wasm_memory_new(store, type);
  wasm_memory_set_host_info_with_finalizer(last, last, end);
  live++;
  wasm_memorytype_delete(type);
  wasm_foreign_t *foreign = wasm_foreign_new(store);
  wasm_foreign_set_host_info_with_finalizer(foreign, last, delete_last);
  wasm_foreign_delete(foreign);
  CHECK(live == 0, "also to delete them");
}

/* The program deletes in the wrong order. */
static void store_first(wasm_engine_t *engine) {
  wasm_store_t *store = wasm_store_new(engine);
  wasm_func_t *function = new_function(store);
  wasm_extern_t *imports[] = {wasm_func_as_extern(function)};
  wasm_instance_t *instance = instantiate(store, "outer", imports, 1);
  wasm_store_delete(store);
  wasm_func_delete(function);
  CHECK(live == 1, "objects outlive their store");
  wasm_extern_vec_t exports;
  wasm_instance_exports(instance, &exports);
  wasm_val_vec_t none = WASM_EMPTY_VEC;
  CHECK(!wasm_func_call(wasm_extern_as_func(exports.data[0]), &none, &none), "and can be used");
  wasm_extern_vec_delete(&exports);
  wasm_instance_delete(instance);
  CHECK(live == 0, "until they are deleted");
}

int main(void) {
  wasm_engine_t *engine = wasm_engine_new();
  wasm_store_t *store = wasm_store_new(engine);
  many_instances(store);
  linked_instances(store);
  results_of_the_host(store);
  many_objects(store);
  deleted_while_running(store, NULL);
  deleted_while_running(store, wasm_trap_new(store, NULL));
  finalizers(store);
  wasm_store_delete(store);
  store_first(engine);
  wasm_engine_delete(engine);
  return finish();
}
