/* References: identity, casts, host info, and values of guests that refer to objects of the host. */
#include "check.h"

/* Exports of references.wat. */
enum { KEPT, FUNCTION, OBJECTS, FUNCTIONS, KEEP, GET_KEPT, PUT, AT, THROUGH, SAME, PUT_FUNCTION, CALL, DOUBLE };

static wasm_trap_t *echo(const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  for (size_t i = 0; i < results->size; i++) wasm_val_copy(&results->data[i], &args->data[i]);
  return NULL;
}

static wasm_trap_t *negate(const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  results->data[0].of.i32 = -args->data[0].of.i32;
  return NULL;
}

static int finalized;
static void count_finalized(void *info) {
  (void)info;
  finalized++;
}

static wasm_func_t *export_function(const wasm_extern_vec_t *exports, size_t index) {
  return wasm_extern_as_func(exports->data[index]);
}

static wasm_val_t reference(wasm_ref_t *reference) { return (wasm_val_t)WASM_REF_VAL(reference); }

/* Whether a value that the caller owns refers to the object. */
static int refers_to(wasm_val_t value, const wasm_ref_t *expected) {
  int is = wasm_ref_same(value.of.ref, expected);
  wasm_val_delete(&value);
  return is;
}

/* Checks one reference as a reference of its kind and as a wasm_ref_t. */
#define REFERENCE(name, object)                                                                           \
  do {                                                                                                    \
    wasm_##name##_t *one = object;                                                                        \
    wasm_##name##_t *copy = wasm_##name##_copy(one);                                                      \
    CHECK(wasm_##name##_same(one, copy), "a copy of a " #name " is the same object");                    \
    CHECK(!wasm_##name##_same(one, NULL) && wasm_##name##_same(NULL, NULL), "NULL is not a " #name);     \
    CHECK(wasm_ref_as_##name(wasm_##name##_as_ref(one)) == one, "a " #name " is a reference");           \
    CHECK(wasm_ref_as_##name##_const(wasm_##name##_as_ref_const(one)) == one, "a " #name " is a reference"); \
    CHECK(!wasm_ref_as_##name(NULL), "NULL stays NULL");                                                  \
    finalized = 0;                                                                                        \
    wasm_##name##_set_host_info_with_finalizer(one, &finalized, count_finalized);                         \
    CHECK(wasm_##name##_get_host_info(copy) == &finalized, "host info belongs to the object");           \
    wasm_##name##_set_host_info_with_finalizer(copy, &passed, count_finalized);                           \
    CHECK(finalized == 1, "host info that is replaced is finalized");                                     \
    CHECK(wasm_ref_get_host_info(wasm_##name##_as_ref(one)) == &passed, "every reference has the new one"); \
    wasm_##name##_set_host_info(one, NULL);                                                               \
    CHECK(finalized == 2 && !wasm_##name##_get_host_info(copy), "NULL removes host info");               \
    wasm_##name##_set_host_info_with_finalizer(one, &finalized, count_finalized);                         \
    wasm_##name##_delete(copy);                                                                           \
    CHECK(finalized == 2, "an object lives as long as a reference to it");                                \
    wasm_##name##_delete(one);                                                                            \
    wasm_##name##_delete(NULL);                                                                           \
    wasm_##name##_set_host_info(NULL, NULL);                                                              \
  } while (0)

static void kinds(wasm_store_t *store) {
  wasm_limits_t limits = {1, 2};
  wasm_functype_t *function = wasm_functype_new_0_0();
  wasm_globaltype_t *global = wasm_globaltype_new(wasm_valtype_new_i32(), WASM_VAR);
  wasm_tabletype_t *table = wasm_tabletype_new(wasm_valtype_new_funcref(), &limits);
  wasm_memorytype_t *memory = wasm_memorytype_new(&limits);
  wasm_val_t zero = WASM_I32_VAL(0);
  REFERENCE(foreign, wasm_foreign_new(store));
  CHECK(finalized == 3, "an object of the host ends with the last reference");
  REFERENCE(trap, wasm_trap_new(store, NULL));
  CHECK(finalized == 3, "a trap ends with the last reference");
  REFERENCE(module, load(store, "start"));
  CHECK(finalized == 3, "a module ends with the last reference");
  REFERENCE(func, wasm_func_new(store, function, echo));
  CHECK(finalized == 3, "a function ends with the last reference");
  REFERENCE(global, wasm_global_new(store, global, &zero));
  CHECK(finalized == 3, "a global ends with the last reference");
  REFERENCE(table, wasm_table_new(store, table, NULL));
  CHECK(finalized == 3, "a table ends with the last reference");
  REFERENCE(memory, wasm_memory_new(store, memory));
  CHECK(finalized == 3, "a memory ends with the last reference");
  REFERENCE(extern, wasm_table_as_extern(wasm_table_new(store, table, NULL)));
  CHECK(finalized == 3, "an external ends with the last reference");
  wasm_extern_t *imports[] = {wasm_func_as_extern(wasm_func_new(store, function, echo))};
  REFERENCE(instance, instantiate(store, "start", imports, 1));
  wasm_extern_delete(imports[0]);
  CHECK(finalized == 3, "an instance ends with the last reference");
  wasm_functype_delete(function);
  wasm_globaltype_delete(global);
  wasm_tabletype_delete(table);
  wasm_memorytype_delete(memory);
}

static void casts(wasm_store_t *store) {
  wasm_ref_t *foreign = wasm_foreign_as_ref(wasm_foreign_new(store));
  CHECK(!wasm_ref_as_func(foreign) && !wasm_ref_as_global(foreign) && !wasm_ref_as_table(foreign)
            && !wasm_ref_as_memory(foreign) && !wasm_ref_as_instance(foreign) && !wasm_ref_as_module(foreign)
            && !wasm_ref_as_trap(foreign) && !wasm_ref_as_extern(foreign),
        "a reference cannot be cast to another kind");
  wasm_ref_set_host_info(foreign, store);
  wasm_ref_t *copy = wasm_ref_copy(foreign);
  CHECK(wasm_ref_get_host_info(copy) == store && wasm_ref_same(copy, foreign), "a copy of a reference is the same");
  wasm_ref_set_host_info_with_finalizer(copy, NULL, count_finalized);
  finalized = 0;
  wasm_ref_delete(copy);
  wasm_ref_delete(foreign);
  CHECK(finalized == 1, "a finalizer is called with NULL, too");
}

static void objects_of_the_host(wasm_store_t *store, const wasm_extern_vec_t *exports) {
  finalized = 0;
  wasm_ref_t *one = wasm_foreign_as_ref(wasm_foreign_new(store));
  wasm_ref_t *two = wasm_foreign_as_ref(wasm_foreign_new(store));
  CHECK(!wasm_ref_same(one, two), "two objects of the host differ");
  wasm_ref_set_host_info_with_finalizer(one, "one", count_finalized);
  wasm_val_t value = reference(one);
  CHECK(refers_to(call(export_function(exports, SAME), 1, &value), one), "a guest gives back what it gets");
  CHECK(refers_to(call(export_function(exports, GET_KEPT), 0, NULL), NULL), "a global is null at first");

  wasm_val_t results[1];
  wasm_val_vec_t args = {1, &value}, none = WASM_EMPTY_VEC;
  CHECK(!wasm_func_call(export_function(exports, KEEP), &args, &none), "a guest keeps a reference in a global");
  CHECK(refers_to(call(export_function(exports, GET_KEPT), 0, NULL), one), "it is still there");
  wasm_global_get(wasm_extern_as_global(exports->data[KEPT]), results);
  CHECK(results[0].kind == WASM_EXTERNREF, "the host sees its kind");
  CHECK(refers_to(results[0], one), "the host can read the global");

  wasm_table_t *table = wasm_extern_as_table(exports->data[OBJECTS]);
  CHECK(wasm_table_set(table, 1, two), "the host puts a reference into a table");
  wasm_val_t index = WASM_I32_VAL(1), two_args[2] = {WASM_I32_VAL(2), reference(one)};
  CHECK(refers_to(call(export_function(exports, AT), 1, &index), two), "the guest reads it there");
  wasm_val_vec_t both = {2, two_args};
  CHECK(!wasm_func_call(export_function(exports, PUT), &both, &none), "the guest puts one, too");
  wasm_ref_delete(one);
  wasm_ref_delete(two);
  CHECK(finalized == 0, "an object lives as long as guests can have it");
  wasm_ref_t *found = wasm_table_get(table, 2);
  CHECK(!strcmp(wasm_ref_get_host_info(found), "one"), "it comes back with its host info");
  wasm_ref_delete(found);
  found = wasm_table_get(table, 0);
  CHECK(!found, "an element is null at first");
}

static void other_objects_as_externref(const wasm_extern_vec_t *exports, wasm_instance_t *instance) {
  wasm_val_t value = reference(wasm_instance_as_ref(instance));
  wasm_val_t same = call(export_function(exports, SAME), 1, &value);
  CHECK(wasm_ref_as_instance(same.of.ref) && refers_to(same, value.of.ref), "any object can be an externref");
  value = reference(wasm_func_as_ref(export_function(exports, DOUBLE)));
  same = call(export_function(exports, SAME), 1, &value);
  CHECK(wasm_ref_as_func(same.of.ref) && refers_to(same, value.of.ref), "so can a function");
  // The guest now has a reference to its own instance, which the store ends.
  value = reference(wasm_instance_as_ref(instance));
  wasm_val_vec_t args = {1, &value}, none = WASM_EMPTY_VEC;
  CHECK(!wasm_func_call(export_function(exports, KEEP), &args, &none), "a guest can keep its own instance");
}

static void functions(wasm_store_t *store, const wasm_extern_vec_t *exports) {
  wasm_functype_t *type = wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
  wasm_func_t *own = wasm_func_new(store, type, negate);
  wasm_functype_delete(type);
  wasm_table_t *table = wasm_extern_as_table(exports->data[FUNCTIONS]);
  CHECK(wasm_table_set(table, 0, wasm_func_as_ref(own)), "a table can have a function that nothing has imported");
  CHECK(wasm_table_set(table, 1, wasm_func_as_ref(export_function(exports, DOUBLE))), "and one of the guest");
  wasm_val_t zero[2] = {WASM_I32_VAL(0), WASM_I32_VAL(21)}, one[2] = {WASM_I32_VAL(1), WASM_I32_VAL(21)};
  CHECK(call(export_function(exports, CALL), 2, zero).of.i32 == -21, "the guest calls the host's through the table");
  CHECK(call(export_function(exports, CALL), 2, one).of.i32 == 42, "and its own");
  wasm_ref_t *found = wasm_table_get(table, 0);
  CHECK(wasm_func_same(wasm_ref_as_func(found), own), "the function in the table is the host's");
  wasm_func_set_host_info(own, table);
  CHECK(wasm_ref_get_host_info(found) == table, "with the host's info");
  wasm_ref_delete(found);
  wasm_func_set_host_info(export_function(exports, DOUBLE), "double");
  found = wasm_table_get(table, 1);
  CHECK(wasm_ref_get_host_info(found) && !strcmp(wasm_ref_get_host_info(found), "double"),
        "a function of a guest has its host info wherever it is found");
  wasm_ref_delete(found);

  wasm_val_t function = {.kind = WASM_FUNCREF, .of = {.ref = wasm_func_as_ref(own)}};
  wasm_val_t put[2] = {WASM_I32_VAL(2), function};
  wasm_val_vec_t args = {2, put}, none = WASM_EMPTY_VEC;
  CHECK(!wasm_func_call(export_function(exports, PUT_FUNCTION), &args, &none), "a function is an argument");
  wasm_global_t *global = wasm_extern_as_global(exports->data[FUNCTION]);
  wasm_global_set(global, &function);
  wasm_val_t read;
  wasm_global_get(global, &read);
  CHECK(read.kind == WASM_FUNCREF && refers_to(read, wasm_func_as_ref(own)), "a global can have the host's function");

  wasm_val_t through[2] = {reference(wasm_func_as_ref(own)), function}, back[2];
  wasm_val_vec_t given = {2, through}, results = {2, back};
  CHECK(!wasm_func_call(export_function(exports, THROUGH), &given, &results), "both kinds go through the host");
  CHECK(refers_to(back[0], wasm_func_as_ref(own)) && refers_to(back[1], wasm_func_as_ref(own)), "and come back");
  wasm_val_t nothing[2] = {reference(NULL), {.kind = WASM_FUNCREF, .of = {.ref = NULL}}};
  given.data = nothing;
  CHECK(!wasm_func_call(export_function(exports, THROUGH), &given, &results), "so do nulls");
  CHECK(!back[0].of.ref && !back[1].of.ref, "as nulls");

  wasm_ref_t *foreign = wasm_foreign_as_ref(wasm_foreign_new(store));
  wasm_val_t wrong[2] = {WASM_I32_VAL(2), reference(foreign)};
  args.data = wrong;
  wasm_trap_t *trap = wasm_func_call(export_function(exports, PUT_FUNCTION), &args, &none);
  CHECK(trap, "an object of the host is not a function");
  wasm_trap_delete(trap);
  CHECK(!wasm_table_set(table, 0, foreign), "and no element of a table of functions");
  wasm_ref_delete(foreign);
  wasm_func_delete(own);
  CHECK(call(export_function(exports, CALL), 2, zero).of.i32 == -21, "a table keeps the functions in it");
}

int main(void) {
  wasm_engine_t *engine = wasm_engine_new();
  wasm_store_t *store = wasm_store_new(engine);
  kinds(store);
  casts(store);
  wasm_functype_t *type = wasm_functype_new_2_2(wasm_valtype_new_externref(), wasm_valtype_new_funcref(),
                                                wasm_valtype_new_externref(), wasm_valtype_new_funcref());
  wasm_func_t *function = wasm_func_new(store, type, echo);
  wasm_functype_delete(type);
  wasm_extern_t *imports[] = {wasm_func_as_extern(function)};
  wasm_instance_t *instance = instantiate(store, "references", imports, 1);
  wasm_func_delete(function);
  wasm_extern_vec_t exports;
  wasm_instance_exports(instance, &exports);
  objects_of_the_host(store, &exports);
  functions(store, &exports);
  other_objects_as_externref(&exports, instance);
  finalized = 0;
  wasm_instance_set_host_info_with_finalizer(instance, NULL, count_finalized);
  wasm_extern_vec_delete(&exports);
  wasm_instance_delete(instance);
  wasm_store_delete(store);
  CHECK(finalized == 2, "the store ends an instance that keeps itself, and what it keeps");
  wasm_engine_delete(engine);
  return finish();
}
