/* Types, and their vectors. */
#include "check.h"

static void value_types(void) {
  static const wasm_valkind_t kinds[] = {WASM_I32, WASM_I64, WASM_F32, WASM_F64, WASM_V128, WASM_EXTERNREF, WASM_FUNCREF};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    wasm_valtype_t *type = wasm_valtype_new(kinds[i]);
    wasm_valtype_t *copy = wasm_valtype_copy(type);
    wasm_valtype_delete(type);
    CHECK(wasm_valtype_kind(copy) == kinds[i], "a copy of a value type has its kind");
    CHECK(wasm_valtype_is_ref(copy) == (kinds[i] >= WASM_EXTERNREF), "references are those from externref on");
    CHECK(wasm_valtype_is_num(copy) != wasm_valtype_is_ref(copy), "a value type is a number or a reference");
    wasm_valtype_delete(copy);
  }
  CHECK(!wasm_valtype_new(77), "a kind that does not exist makes no type");
  wasm_valtype_delete(NULL);
}

static void function_types(void) {
  wasm_functype_t *types[] = {
    wasm_functype_new_0_0(),
    wasm_functype_new_1_0(wasm_valtype_new_i32()),
    wasm_functype_new_2_0(wasm_valtype_new_i32(), wasm_valtype_new_i64()),
    wasm_functype_new_3_0(wasm_valtype_new_i32(), wasm_valtype_new_i64(), wasm_valtype_new_f32()),
    wasm_functype_new_0_1(wasm_valtype_new_f64()),
    wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_f64()),
    wasm_functype_new_2_1(wasm_valtype_new_i32(), wasm_valtype_new_i64(), wasm_valtype_new_f64()),
    wasm_functype_new_3_1(wasm_valtype_new_i32(), wasm_valtype_new_i64(), wasm_valtype_new_f32(),
                          wasm_valtype_new_f64()),
    wasm_functype_new_0_2(wasm_valtype_new_f64(), wasm_valtype_new_externref()),
    wasm_functype_new_1_2(wasm_valtype_new_i32(), wasm_valtype_new_f64(), wasm_valtype_new_externref()),
    wasm_functype_new_2_2(wasm_valtype_new_i32(), wasm_valtype_new_i64(), wasm_valtype_new_f64(),
                          wasm_valtype_new_externref()),
    wasm_functype_new_3_2(wasm_valtype_new_i32(), wasm_valtype_new_i64(), wasm_valtype_new_f32(),
                          wasm_valtype_new_f64(), wasm_valtype_new_externref()),
  };
  static const wasm_valkind_t parameters[] = {WASM_I32, WASM_I64, WASM_F32};
  static const wasm_valkind_t results[] = {WASM_F64, WASM_EXTERNREF};
  for (size_t i = 0; i < 12; i++) {
    const wasm_valtype_vec_t *params = wasm_functype_params(types[i]);
    const wasm_valtype_vec_t *returned = wasm_functype_results(types[i]);
    CHECK(params->size == i % 4 && returned->size == i / 4, "a function type has the counts of its name");
    for (size_t k = 0; k < params->size; k++)
      CHECK(wasm_valtype_kind(params->data[k]) == parameters[k], "parameters keep their order");
    for (size_t k = 0; k < returned->size; k++)
      CHECK(wasm_valtype_kind(returned->data[k]) == results[k], "results keep their order");
    wasm_functype_t *copy = wasm_functype_copy(types[i]);
    wasm_functype_delete(types[i]);
    CHECK(wasm_functype_params(copy)->size == i % 4, "a copy outlives the function type");
    wasm_functype_delete(copy);
  }
  wasm_functype_delete(NULL);

  wasm_valtype_vec_t own = {0, NULL}, none = {0, NULL};
  wasm_valtype_t *element = wasm_valtype_new_i32();
  wasm_valtype_vec_new(&own, 1, &element);
  wasm_functype_t *taken = wasm_functype_new(&own, &none);
  CHECK(own.size == 0 && own.data == NULL, "a function type takes the contents of the vector");
  wasm_functype_delete(taken);
}

/* Whether only the cast to the kind gives the type. */
static int casts_only_to(wasm_externtype_t *type, wasm_externkind_t kind) {
  const wasm_externtype_t *same = type;
  return wasm_externtype_kind(type) == kind && !!wasm_externtype_as_functype(type) == (kind == WASM_EXTERN_FUNC)
         && !!wasm_externtype_as_globaltype(type) == (kind == WASM_EXTERN_GLOBAL)
         && !!wasm_externtype_as_tabletype(type) == (kind == WASM_EXTERN_TABLE)
         && !!wasm_externtype_as_memorytype(type) == (kind == WASM_EXTERN_MEMORY)
         && !!wasm_externtype_as_functype_const(same) == (kind == WASM_EXTERN_FUNC)
         && !!wasm_externtype_as_globaltype_const(same) == (kind == WASM_EXTERN_GLOBAL)
         && !!wasm_externtype_as_tabletype_const(same) == (kind == WASM_EXTERN_TABLE)
         && !!wasm_externtype_as_memorytype_const(same) == (kind == WASM_EXTERN_MEMORY);
}

static void extern_types(void) {
  wasm_limits_t limits = {2, 7}, open = {1, wasm_limits_max_default};

  wasm_functype_t *function = wasm_functype_new_0_0();
  CHECK(casts_only_to(wasm_functype_as_externtype(function), WASM_EXTERN_FUNC), "a function type casts back only");
  CHECK(wasm_externtype_kind(wasm_functype_as_externtype_const(function)) == WASM_EXTERN_FUNC, "it has its kind");

  wasm_globaltype_t *global = wasm_globaltype_new(wasm_valtype_new_f32(), WASM_VAR);
  CHECK(casts_only_to(wasm_globaltype_as_externtype(global), WASM_EXTERN_GLOBAL), "a global type casts back only");
  CHECK(wasm_externtype_kind(wasm_globaltype_as_externtype_const(global)) == WASM_EXTERN_GLOBAL, "it has its kind");
  CHECK(wasm_valtype_kind(wasm_globaltype_content(global)) == WASM_F32, "a global type has its content");
  CHECK(wasm_globaltype_mutability(global) == WASM_VAR, "a global type has its mutability");

  wasm_tabletype_t *table = wasm_tabletype_new(wasm_valtype_new_funcref(), &limits);
  CHECK(casts_only_to(wasm_tabletype_as_externtype(table), WASM_EXTERN_TABLE), "a table type casts back only");
  CHECK(wasm_externtype_kind(wasm_tabletype_as_externtype_const(table)) == WASM_EXTERN_TABLE, "it has its kind");
  CHECK(wasm_valtype_kind(wasm_tabletype_element(table)) == WASM_FUNCREF, "a table type has its element");
  CHECK(wasm_tabletype_limits(table)->min == 2 && wasm_tabletype_limits(table)->max == 7, "and its limits");

  wasm_memorytype_t *memory = wasm_memorytype_new(&open);
  CHECK(casts_only_to(wasm_memorytype_as_externtype(memory), WASM_EXTERN_MEMORY), "a memory type casts back only");
  CHECK(wasm_externtype_kind(wasm_memorytype_as_externtype_const(memory)) == WASM_EXTERN_MEMORY, "it has its kind");
  CHECK(wasm_memorytype_limits(memory)->max == wasm_limits_max_default, "no maximum is the largest number");

  wasm_globaltype_t *global_copy = wasm_globaltype_copy(global);
  wasm_tabletype_t *table_copy = wasm_tabletype_copy(table);
  wasm_memorytype_t *memory_copy = wasm_memorytype_copy(memory);
  wasm_externtype_t *extern_copy = wasm_externtype_copy(wasm_functype_as_externtype(function));
  wasm_functype_delete(function);
  wasm_globaltype_delete(global);
  wasm_tabletype_delete(table);
  wasm_memorytype_delete(memory);
  CHECK(wasm_externtype_kind(extern_copy) == WASM_EXTERN_FUNC, "a copy as an external type outlives the type");
  CHECK(wasm_globaltype_mutability(global_copy) == WASM_VAR, "a copy outlives the global type");
  CHECK(wasm_tabletype_limits(table_copy)->max == 7, "a copy outlives the table type");
  CHECK(wasm_memorytype_limits(memory_copy)->min == 1, "a copy outlives the memory type");
  wasm_globaltype_delete(global_copy);
  wasm_tabletype_delete(table_copy);
  wasm_memorytype_delete(memory_copy);
  wasm_externtype_delete(extern_copy);
}

static void import_and_export_types(void) {
  wasm_name_t module, name;
  wasm_name_new_from_string(&module, "env");
  wasm_name_new_from_string(&name, "f");
  wasm_importtype_t *import = wasm_importtype_new(&module, &name, wasm_functype_as_externtype(wasm_functype_new_0_0()));
  wasm_importtype_t *import_copy = wasm_importtype_copy(import);
  wasm_importtype_delete(import);
  CHECK(wasm_importtype_module(import_copy)->size == 3 && !memcmp(wasm_importtype_module(import_copy)->data, "env", 3),
        "an import type has the name of the module");
  CHECK(wasm_importtype_name(import_copy)->size == 1, "an import type has its own name");
  CHECK(wasm_externtype_kind(wasm_importtype_type(import_copy)) == WASM_EXTERN_FUNC, "an import type has its type");
  wasm_importtype_delete(import_copy);

  wasm_name_new_from_string_nt(&name, "g");
  wasm_limits_t limits = {1, 1};
  wasm_exporttype_t *export = wasm_exporttype_new(&name, wasm_memorytype_as_externtype(wasm_memorytype_new(&limits)));
  wasm_exporttype_t *export_copy = wasm_exporttype_copy(export);
  wasm_exporttype_delete(export);
  CHECK(wasm_exporttype_name(export_copy)->size == 2 && !strcmp(wasm_exporttype_name(export_copy)->data, "g"),
        "an export type has its name, with the NUL that the program has put there");
  CHECK(wasm_externtype_kind(wasm_exporttype_type(export_copy)) == WASM_EXTERN_MEMORY, "an export type has its type");
  wasm_exporttype_delete(export_copy);
  CHECK(!wasm_importtype_new(NULL, NULL, NULL) && !wasm_exporttype_new(NULL, NULL), "no type makes no import");
}

/* Makes and deletes vectors of each kind with `make`, which makes an element. */
#define VECTORS(name, make)                                                                               \
  do {                                                                                                    \
    wasm_##name##_vec_t empty, zeroed, full, copy;                                                        \
    wasm_##name##_vec_new_empty(&empty);                                                                  \
    CHECK(empty.size == 0 && empty.data == NULL, "an empty vector of " #name " has no array");            \
    wasm_##name##_vec_new_uninitialized(&zeroed, 3);                                                      \
    CHECK(zeroed.size == 3 && zeroed.data[2] == NULL, "a new vector of " #name " has NULL elements");     \
    zeroed.data[1] = make;                                                                                \
    wasm_##name##_t *elements[] = {make, NULL, make};                                                     \
    wasm_##name##_vec_new(&full, 3, elements);                                                            \
    CHECK(full.size == 3 && full.data[2] == elements[2], "a vector of " #name " takes the elements");     \
    wasm_##name##_vec_copy(&copy, &full);                                                                 \
    wasm_##name##_vec_delete(&full);                                                                      \
    CHECK(full.size == 0 && full.data == NULL, "a deleted vector of " #name " is empty");                 \
    CHECK(copy.size == 3 && copy.data[0] && !copy.data[1], "a copy of a vector of " #name " outlives it"); \
    wasm_##name##_vec_copy(&empty, &empty);                                                               \
    CHECK(empty.size == 0, "a copy of an empty vector of " #name " is empty");                            \
    wasm_##name##_vec_new(&empty, 0, NULL);                                                               \
    wasm_##name##_vec_delete(&empty);                                                                     \
    wasm_##name##_vec_delete(&zeroed);                                                                    \
    wasm_##name##_vec_delete(&copy);                                                                      \
    wasm_##name##_vec_delete(NULL);                                                                       \
    wasm_##name##_vec_new_uninitialized(&empty, SIZE_MAX);                                                \
    CHECK(empty.size == 0 && empty.data == NULL, "a vector of " #name " that is too large is empty");     \
  } while (0)

static wasm_importtype_t *new_import(void) {
  wasm_name_t module, name;
  wasm_name_new_from_string(&module, "m");
  wasm_name_new_from_string(&name, "n");
  return wasm_importtype_new(&module, &name, wasm_functype_as_externtype(wasm_functype_new_0_0()));
}

static wasm_exporttype_t *new_export(void) {
  wasm_name_t name;
  wasm_name_new_from_string(&name, "n");
  return wasm_exporttype_new(&name, wasm_functype_as_externtype(wasm_functype_new_0_0()));
}

static void vectors(void) {
  wasm_limits_t limits = {0, 1};
  VECTORS(valtype, wasm_valtype_new_i32());
  VECTORS(functype, wasm_functype_new_1_0(wasm_valtype_new_i32()));
  VECTORS(globaltype, wasm_globaltype_new(wasm_valtype_new_i32(), WASM_CONST));
  VECTORS(tabletype, wasm_tabletype_new(wasm_valtype_new_funcref(), &limits));
  VECTORS(memorytype, wasm_memorytype_new(&limits));
  VECTORS(externtype, wasm_memorytype_as_externtype(wasm_memorytype_new(&limits)));
  VECTORS(importtype, new_import());
  VECTORS(exporttype, new_export());

  wasm_engine_t *engine = wasm_engine_new();
  wasm_store_t *store = wasm_store_new(engine);
  wasm_memorytype_t *type = wasm_memorytype_new(&limits);
  VECTORS(extern, wasm_memory_as_extern(wasm_memory_new(store, type)));
  wasm_memorytype_delete(type);

  wasm_byte_vec_t bytes, copy;
  wasm_byte_vec_new_uninitialized(&bytes, 4);
  CHECK(bytes.size == 4 && bytes.data[3] == 0, "new bytes are zero");
  wasm_byte_vec_copy(&copy, &bytes);
  wasm_byte_vec_delete(&bytes);
  CHECK(copy.size == 4, "a copy of bytes outlives them");
  wasm_byte_vec_delete(&copy);
  wasm_byte_vec_new_empty(&bytes);
  wasm_byte_vec_new(&bytes, 3, "abc");
  CHECK(bytes.size == 3 && bytes.data[2] == 'c', "bytes are copied from an array");
  wasm_byte_vec_delete(&bytes);

  wasm_val_vec_t values, value_copy;
  wasm_val_vec_new_empty(&values);
  CHECK(values.size == 0, "an empty vector of values has no elements");
  wasm_val_vec_new_uninitialized(&values, 2);
  wasm_val_vec_delete(&values);
  wasm_foreign_t *foreign = wasm_foreign_new(store);
  wasm_val_t elements[] = {WASM_I32_VAL(7), WASM_REF_VAL(wasm_foreign_as_ref(foreign))};
  wasm_val_vec_new(&values, 2, elements);
  wasm_val_vec_copy(&value_copy, &values);
  wasm_val_vec_delete(&values);
  CHECK(value_copy.data[0].of.i32 == 7, "a copy of a vector of values has its numbers");
  wasm_val_t one;
  wasm_val_copy(&one, &value_copy.data[1]);
  wasm_val_vec_delete(&value_copy);
  CHECK(wasm_ref_as_foreign(one.of.ref), "a copy of a value owns a reference of its own");
  wasm_val_delete(&one);
  wasm_val_delete(NULL);
  wasm_val_init_ptr(&one, &limits);
  CHECK(wasm_val_ptr(&one) == &limits, "an integer can hold a pointer of the host");

  wasm_store_delete(store);
  wasm_engine_delete(engine);
}

int main(void) {
  value_types();
  function_types();
  extern_types();
  import_and_export_types();
  vectors();
  return finish();
}
