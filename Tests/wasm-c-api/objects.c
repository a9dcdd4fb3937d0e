/* Globals, tables, memories and externals: their types, their contents, and instances that import them. */
#include "check.h"

static wasm_trap_t *nothing(const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  (void)args, (void)results;
  return NULL;
}

static wasm_func_t *new_function(wasm_store_t *store, wasm_functype_t *type) {
  wasm_func_t *function = wasm_func_new(store, type, nothing);
  wasm_functype_delete(type);
  return function;
}

static wasm_global_t *new_global(wasm_store_t *store, wasm_valkind_t kind, wasm_mutability_t mutability,
                                 wasm_val_t value) {
  wasm_globaltype_t *type = wasm_globaltype_new(wasm_valtype_new(kind), mutability);
  wasm_global_t *global = wasm_global_new(store, type, &value);
  wasm_globaltype_delete(type);
  return global;
}

static void globals(wasm_store_t *store) {
  wasm_global_t *constant = new_global(store, WASM_I64, WASM_CONST, (wasm_val_t)WASM_I64_VAL(-5));
  wasm_global_t *variable = new_global(store, WASM_F32, WASM_VAR, (wasm_val_t)WASM_F32_VAL(1.5f));
  wasm_val_t value;
  wasm_global_get(constant, &value);
  CHECK(value.kind == WASM_I64 && value.of.i64 == -5, "a global has its first value");
  value = (wasm_val_t)WASM_I64_VAL(6);
  wasm_global_set(constant, &value);
  wasm_global_get(constant, &value);
  CHECK(value.of.i64 == -5, "a constant does not change");
  wasm_global_set(variable, &value);
  wasm_global_get(variable, &value);
  CHECK(value.kind == WASM_F32 && value.of.f32 == 1.5f, "a value of another type changes nothing");
  value.of.f32 = 2.5f;
  wasm_global_set(variable, &value);
  wasm_global_get(variable, &value);
  CHECK(value.of.f32 == 2.5f, "a variable changes");
  wasm_globaltype_t *type = wasm_global_type(variable);
  CHECK(wasm_valtype_kind(wasm_globaltype_content(type)) == WASM_F32 && wasm_globaltype_mutability(type) == WASM_VAR,
        "a global has its type");
  wasm_globaltype_delete(type);
  CHECK(!new_global(store, WASM_I32, WASM_VAR, value), "a global has no first value of another type");
  CHECK(!new_global(store, WASM_V128, WASM_VAR, value), "the host can make no global of a vector");
  wasm_global_delete(constant);
  wasm_global_delete(variable);
}

static wasm_table_t *new_table(wasm_store_t *store, wasm_valkind_t kind, uint32_t min, uint32_t max, wasm_ref_t *init) {
  wasm_limits_t limits = {min, max};
  wasm_tabletype_t *type = wasm_tabletype_new(wasm_valtype_new(kind), &limits);
  wasm_table_t *table = wasm_table_new(store, type, init);
  wasm_tabletype_delete(type);
  return table;
}

static void tables(wasm_store_t *store) {
  wasm_ref_t *object = wasm_foreign_as_ref(wasm_foreign_new(store));
  wasm_table_t *table = new_table(store, WASM_EXTERNREF, 2, 5, object);
  wasm_ref_t *found = wasm_table_get(table, 1);
  CHECK(wasm_ref_same(found, object), "a new table is filled");
  wasm_ref_delete(found);
  CHECK(wasm_table_size(table) == 2, "a table has its size");
  CHECK(!wasm_table_get(table, 2) && !wasm_table_set(table, 2, NULL), "there is nothing outside a table");
  CHECK(wasm_table_set(table, 0, NULL), "NULL is null");
  found = wasm_table_get(table, 0);
  CHECK(!found, "null is NULL");
  CHECK(wasm_table_grow(table, 3, object) && wasm_table_size(table) == 5, "a table grows up to its maximum");
  CHECK(!wasm_table_grow(table, 1, NULL) && wasm_table_size(table) == 5, "and no further");
  found = wasm_table_get(table, 4);
  CHECK(wasm_ref_same(found, object), "new elements are filled");
  wasm_ref_delete(found);
  wasm_tabletype_t *type = wasm_table_type(table);
  CHECK(wasm_tabletype_limits(type)->min == 5 && wasm_tabletype_limits(type)->max == 5, "its type has the current size");
  CHECK(wasm_valtype_kind(wasm_tabletype_element(type)) == WASM_EXTERNREF, "and its element");
  wasm_tabletype_delete(type);
  CHECK(!new_table(store, WASM_FUNCREF, 1, 1, object), "a table of functions has no other objects");
  CHECK(!new_table(store, WASM_I32, 1, 1, NULL), "a table has no numbers");
  CHECK(!new_table(store, WASM_FUNCREF, 2, 1, NULL), "a maximum below the minimum makes no table");
  CHECK(!new_table(store, WASM_FUNCREF, UINT32_MAX, UINT32_MAX, NULL), "a table has a limit");
  wasm_ref_delete(object);
  wasm_table_delete(table);
}

static wasm_memory_t *new_memory(wasm_store_t *store, uint32_t min, uint32_t max) {
  wasm_limits_t limits = {min, max};
  wasm_memorytype_t *type = wasm_memorytype_new(&limits);
  wasm_memory_t *memory = wasm_memory_new(store, type);
  wasm_memorytype_delete(type);
  return memory;
}

static void memories(wasm_store_t *store) {
  wasm_memory_t *memory = new_memory(store, 1, 3);
  CHECK(wasm_memory_size(memory) == 1 && wasm_memory_data_size(memory) == MEMORY_PAGE_SIZE, "a memory has its size");
  wasm_memory_data(memory)[65535] = 9;
  CHECK(wasm_memory_grow(memory, 2) && wasm_memory_size(memory) == 3, "a memory grows up to its maximum");
  CHECK(wasm_memory_data(memory)[65535] == 9 && wasm_memory_data(memory)[65536] == 0, "and keeps its bytes");
  CHECK(!wasm_memory_grow(memory, 1) && wasm_memory_grow(memory, 0), "it grows no further");
  wasm_memorytype_t *type = wasm_memory_type(memory);
  CHECK(wasm_memorytype_limits(type)->min == 3 && wasm_memorytype_limits(type)->max == 3,
        "its type has the current size");
  wasm_memorytype_delete(type);
  CHECK(!new_memory(store, 2, 1), "a maximum below the minimum makes no memory");
  CHECK(!new_memory(store, 70000, 70000), "no memory is larger than its addresses reach");
  wasm_memory_delete(memory);
}

/* Whether only the casts to this kind of external give the object. */
static int casts_only_to(wasm_extern_t *external, wasm_externkind_t kind) {
  const wasm_extern_t *same = external;
  return wasm_extern_kind(external) == kind && !!wasm_extern_as_func(external) == (kind == WASM_EXTERN_FUNC)
         && !!wasm_extern_as_global(external) == (kind == WASM_EXTERN_GLOBAL)
         && !!wasm_extern_as_table(external) == (kind == WASM_EXTERN_TABLE)
         && !!wasm_extern_as_memory(external) == (kind == WASM_EXTERN_MEMORY)
         && !!wasm_extern_as_func_const(same) == (kind == WASM_EXTERN_FUNC)
         && !!wasm_extern_as_global_const(same) == (kind == WASM_EXTERN_GLOBAL)
         && !!wasm_extern_as_table_const(same) == (kind == WASM_EXTERN_TABLE)
         && !!wasm_extern_as_memory_const(same) == (kind == WASM_EXTERN_MEMORY);
}

static void exports(wasm_store_t *store) {
  wasm_func_t *function = new_function(store, wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32()));
  wasm_extern_t *imports[] = {wasm_func_as_extern(function), wasm_func_as_extern(function)};
  wasm_instance_t *instance = instantiate(store, "everything", imports, 2);
  wasm_func_delete(function);
  wasm_extern_vec_t all;
  wasm_instance_exports(instance, &all);
  static const wasm_externkind_t expected[] = {
    WASM_EXTERN_FUNC,   WASM_EXTERN_FUNC,  WASM_EXTERN_FUNC,  WASM_EXTERN_TAG,    WASM_EXTERN_GLOBAL,
    WASM_EXTERN_GLOBAL, WASM_EXTERN_TABLE, WASM_EXTERN_TABLE, WASM_EXTERN_MEMORY, WASM_EXTERN_FUNC};
  CHECK(all.size == 10, "there is an external for each export");
  for (size_t i = 0; i < all.size; i++) {
    CHECK(casts_only_to(all.data[i], expected[i]), "an external has the kind of its export, and no other");
    wasm_externtype_t *type = wasm_extern_type(all.data[i]);
    CHECK(wasm_externtype_kind(type) == expected[i], "so does its type");
    wasm_externtype_delete(type);
  }
  wasm_val_t value;
  wasm_global_get(wasm_extern_as_global(all.data[5]), &value);
  CHECK(value.kind == WASM_V128, "a global of a vector has its kind, but no value");
  wasm_externtype_t *type = wasm_extern_type(all.data[7]);
  CHECK(wasm_tabletype_limits(wasm_externtype_as_tabletype(type))->max == UINT32_MAX, "a limit of 64 bits is clamped");
  wasm_externtype_delete(type);
  CHECK(!memcmp(wasm_memory_data(wasm_extern_as_memory(all.data[8])) + 8, "abc", 3), "a memory has its segments");

  wasm_extern_vec_t again;
  wasm_instance_exports(instance, &again);
  for (size_t i = 0; i < all.size; i++) CHECK(wasm_extern_same(all.data[i], again.data[i]), "an export is one object");
  CHECK(!wasm_extern_same(all.data[6], all.data[7]), "two exports are two objects");
  wasm_extern_set_host_info(all.data[3], &all);
  CHECK(wasm_extern_get_host_info(again.data[3]) == &all, "a tag has host info, too");
  wasm_extern_vec_t copies;
  wasm_extern_vec_copy(&copies, &all);
  wasm_extern_vec_delete(&all);
  wasm_instance_delete(instance);
  CHECK(wasm_memory_data_size(wasm_extern_as_memory(copies.data[8])) == 65536, "a copy keeps the instance");
  wasm_extern_vec_delete(&copies);
  wasm_extern_vec_delete(&again);
}

static void imports(wasm_store_t *store) {
  wasm_global_t *constant = new_global(store, WASM_I32, WASM_CONST, (wasm_val_t)WASM_I32_VAL(41));
  wasm_global_t *variable = new_global(store, WASM_F64, WASM_VAR, (wasm_val_t)WASM_F64_VAL(0));
  wasm_table_t *table = new_table(store, WASM_FUNCREF, 1, 9, NULL);
  wasm_memory_t *memory = new_memory(store, 1, 4);
  wasm_extern_t *given[] = {wasm_global_as_extern(constant), wasm_global_as_extern(variable),
                            wasm_table_as_extern(table), wasm_memory_as_extern(memory)};
  CHECK(wasm_global_as_extern_const(constant) == given[0] && wasm_table_as_extern_const(table) == given[2]
            && wasm_memory_as_extern_const(memory) == given[3],
        "an external is the same reference");
  wasm_instance_t *instance = instantiate(store, "objects", given, 4);
  wasm_extern_vec_t all;
  wasm_instance_exports(instance, &all);
  CHECK(wasm_func_as_extern_const(wasm_extern_as_func(all.data[0])) == all.data[0], "so is that of a function");
  CHECK(call(wasm_extern_as_func(all.data[0]), 0, NULL).of.i32 == 41, "a guest reads the global of the host");
  wasm_val_t value = WASM_F64_VAL(2.25), index = WASM_I32_VAL(3), one = WASM_I32_VAL(1);
  wasm_val_vec_t args = {1, &value}, none = WASM_EMPTY_VEC;
  CHECK(!wasm_func_call(wasm_extern_as_func(all.data[1]), &args, &none), "and writes it");
  wasm_global_get(variable, &value);
  CHECK(value.of.f64 == 2.25, "the host sees what the guest has written");
  wasm_memory_data(memory)[3] = 77;
  CHECK(call(wasm_extern_as_func(all.data[2]), 1, &index).of.i32 == 77, "the guest sees the host's bytes");
  CHECK(call(wasm_extern_as_func(all.data[3]), 1, &one).of.i32 == 1 && wasm_memory_size(memory) == 2,
        "the memory is one memory");
  CHECK(wasm_extern_same(all.data[4], given[1]) && wasm_extern_same(all.data[5], given[2])
            && wasm_extern_same(all.data[6], given[3]),
        "an import that is exported again is the same object");
  wasm_extern_vec_delete(&all);
  wasm_instance_delete(instance);
  wasm_global_delete(constant);
  wasm_global_delete(variable);
  wasm_table_delete(table);
  wasm_memory_delete(memory);
}

static void no_objects(wasm_store_t *store) {
  wasm_val_t value = WASM_I32_VAL(1);
  wasm_extern_vec_t all;
  CHECK(!wasm_global_new(store, NULL, &value) && !wasm_table_new(store, NULL, NULL) && !wasm_memory_new(NULL, NULL)
            && !wasm_foreign_new(NULL) && !wasm_store_new(NULL),
        "NULL makes no object");
  wasm_global_set(NULL, &value);
  wasm_global_get(NULL, &value);
  wasm_instance_exports(NULL, &all);
  CHECK(value.kind == WASM_I32 && value.of.i32 == 0 && all.size == 0, "NULL has no contents");
  CHECK(!wasm_global_type(NULL) && !wasm_table_type(NULL) && !wasm_memory_type(NULL) && !wasm_extern_type(NULL)
            && !wasm_func_type(NULL) && !wasm_memory_data(NULL) && !wasm_memory_grow(NULL, 1)
            && !wasm_table_grow(NULL, 1, NULL),
        "NULL has no type");
}

int main(void) {
  wasm_engine_t *engine = wasm_engine_new();
  wasm_store_t *store = wasm_store_new(engine);
  globals(store);
  tables(store);
  memories(store);
  exports(store);
  imports(store);
  no_objects(store);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  return finish();
}
