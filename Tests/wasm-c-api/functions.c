/* Functions of guests and of the host: their types, calls, arguments, results and imports. */
#include "check.h"

static wasm_trap_t *add_one(const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  results->data[0] = (wasm_val_t)WASM_I32_VAL(args->data[0].of.i32 + 1);
  return NULL;
}

static wasm_trap_t *add_env(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  // Only the number: the kind is set when the function is called.
  results->data[0].of.i32 = args->data[0].of.i32 + *(int *)env;
  return NULL;
}

static wasm_trap_t *wrong_kind(const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  (void)args;
  results->data[0] = (wasm_val_t)WASM_F64_VAL(1);
  return NULL;
}

static int finalized;
static void count_finalized(void *env) { finalized += env != NULL; }

static wasm_functype_t *i32_to_i32(void) { return wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32()); }

static void imports_by_position(wasm_store_t *store) {
  int hundred = 100;
  wasm_functype_t *type = i32_to_i32();
  wasm_func_t *one = wasm_func_new(store, type, add_one);
  wasm_func_t *env = wasm_func_new_with_env(store, type, add_env, &hundred, count_finalized);
  wasm_functype_delete(type);
  wasm_extern_t *imports[] = {wasm_func_as_extern(one), wasm_func_as_extern(env)};
  wasm_instance_t *instance = instantiate(store, "everything", imports, 2);
  wasm_extern_vec_t exports;
  wasm_instance_exports(instance, &exports);

  wasm_val_t seven = WASM_I32_VAL(7);
  CHECK(call(wasm_extern_as_func(exports.data[0]), 1, &seven).of.i32 == 8, "the first import is the first external");
  CHECK(call(wasm_extern_as_func(exports.data[1]), 1, &seven).of.i32 == 107,
        "the second import is the second external, though both have one name");
  CHECK(call(one, 1, &seven).of.i32 == 8, "the host can call its own function");
  CHECK(wasm_func_same(one, wasm_extern_as_func(exports.data[2])), "an export of an import is the host's function");
  CHECK(!wasm_func_same(one, env), "two functions of the host differ");
  CHECK(!wasm_func_same(one, wasm_extern_as_func(exports.data[0])), "a function of the guest is another one");

  wasm_func_t *exported = wasm_extern_as_func(exports.data[0]);
  CHECK(wasm_func_param_arity(exported) == 1 && wasm_func_result_arity(exported) == 1, "a function has its arities");
  type = wasm_func_type(exported);
  CHECK(wasm_valtype_kind(wasm_functype_params(type)->data[0]) == WASM_I32, "a function has its type");
  wasm_functype_delete(type);

  wasm_func_delete(env);
  wasm_instance_delete(instance);
  CHECK(finalized == 0, "an export keeps the instance and the functions that it imports");
  wasm_extern_vec_delete(&exports);
  CHECK(finalized == 1, "the finalizer of a function is called when nothing uses it");
  wasm_func_delete(one);
}

static void wrong_calls(wasm_store_t *store) {
  wasm_functype_t *type = i32_to_i32();
  wasm_func_t *one = wasm_func_new(store, type, add_one);
  wasm_func_t *wrong = wasm_func_new(store, type, wrong_kind);
  wasm_functype_delete(type);
  wasm_extern_t *imports[] = {wasm_func_as_extern(one), wasm_func_as_extern(wrong)};
  wasm_instance_t *instance = instantiate(store, "everything", imports, 2);
  wasm_extern_vec_t exports;
  wasm_instance_exports(instance, &exports);
  wasm_func_t *function = wasm_extern_as_func(exports.data[0]);

  wasm_val_t i64 = WASM_I64_VAL(1), i32 = WASM_I32_VAL(1), result = WASM_INIT_VAL;
  wasm_val_vec_t none = WASM_EMPTY_VEC, long_args = {1, &i64}, args = {1, &i32}, results = {1, &result};
  wasm_trap_t *trap = wasm_func_call(function, NULL, NULL);
  CHECK(trap && message_is(trap, "the function takes 1 arguments, not 0"), "NULL is a vector without arguments");
  wasm_trap_delete(trap);
  CHECK(!wasm_func_call(function, &args, &none) && !wasm_func_call(function, &args, NULL),
        "results for which there is no room are dropped");
  trap = wasm_func_call(function, &long_args, &results);
  CHECK(trap && message_is(trap, "argument 1 must be of type i32"), "an argument of another type is refused");
  wasm_trap_delete(trap);
  trap = wasm_func_call(wasm_extern_as_func(exports.data[1]), &args, &results);
  CHECK(trap && message_is(trap, "result 1 of a host function is not of type i32"), "so is a result");
  wasm_trap_delete(trap);
  trap = wasm_func_call(wasm_extern_as_func(exports.data[9]), &none, &none);
  CHECK(trap && message_is(trap, "the function has values that the API cannot pass: (func (param v128) (result v128))"),
        "a function with vectors cannot be called");
  wasm_trap_delete(trap);
  CHECK(!wasm_func_call(NULL, NULL, NULL), "a call of no function does nothing");

  type = wasm_functype_new_1_0(wasm_valtype_new(WASM_V128));
  finalized = 0;
  CHECK(!wasm_func_new_with_env(store, type, add_env, &i32, count_finalized) && finalized == 1,
        "a function that cannot be made calls its finalizer");
  wasm_functype_delete(type);
  CHECK(!wasm_func_new(store, NULL, add_one) && !wasm_func_new(NULL, NULL, NULL), "NULL makes no function");

  wasm_extern_vec_delete(&exports);
  wasm_instance_delete(instance);
  wasm_func_delete(one);
  wasm_func_delete(wrong);
}

static const wasm_valkind_t kind_of[] = {WASM_I32, WASM_I64, WASM_F32, WASM_F64};

static wasm_val_t value_of(wasm_valkind_t kind, int number) {
  wasm_val_t value = {.kind = kind, .of = {.i64 = 0}};
  switch (kind) {
  case WASM_I32: value.of.i32 = -number; break;
  case WASM_I64: value.of.i64 = (int64_t)number << 40; break;
  case WASM_F32: value.of.f32 = number / 2.0f; break;
  case WASM_F64: value.of.f64 = number / 4.0; break;
  }
  return value;
}

/* Gives each argument back one place beside its own, so that the types fit. */
static wasm_trap_t *swap(const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  for (size_t i = 0; i < results->size; i++) results->data[i] = args->data[i ^ 1];
  return NULL;
}

static void many_values(wasm_store_t *store) {
  wasm_valtype_vec_t params, returned;
  wasm_valtype_vec_new_uninitialized(&params, 18);
  wasm_valtype_vec_new_uninitialized(&returned, 18);
  wasm_val_t given[18], got[18];
  for (int i = 0; i < 18; i++) {
    params.data[i] = wasm_valtype_new(kind_of[i % 4]);
    returned.data[i] = wasm_valtype_new(kind_of[(i ^ 1) % 4]);
    given[i] = value_of(kind_of[i % 4], i);
  }
  wasm_functype_t *type = wasm_functype_new(&params, &returned);
  wasm_func_t *function = wasm_func_new(store, type, swap);
  wasm_functype_delete(type);
  wasm_extern_t *imports[] = {wasm_func_as_extern(function)};
  wasm_instance_t *instance = instantiate(store, "many", imports, 1);
  wasm_func_delete(function);
  wasm_extern_vec_t exports;
  wasm_instance_exports(instance, &exports);
  wasm_val_vec_t args = WASM_ARRAY_VEC(given), results = WASM_ARRAY_VEC(got);
  wasm_trap_t *trap = wasm_func_call(wasm_extern_as_func(exports.data[0]), &args, &results);
  CHECK(!trap, "a function with many values returns");
  for (int i = 0; i < 18; i++) {
    wasm_val_t expected = value_of(kind_of[(i ^ 1) % 4], i ^ 1);
    CHECK(got[i].kind == expected.kind && got[i].of.i64 == expected.of.i64, "many values keep kind and bits");
  }
  wasm_extern_vec_delete(&exports);
  wasm_instance_delete(instance);
}

static wasm_trap_t *count_calls(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  CHECK(args->size == 0 && args->data == NULL, "a function without parameters gets an empty vector");
  CHECK(results->size == 0, "a function without results gets no room for them");
  ++*(int *)env;
  return NULL;
}

/* Instances of different modules that import one function of the host are not linked by it. */
static void start_function(wasm_store_t *store) {
  int calls = 0;
  wasm_functype_t *type = wasm_functype_new_0_0();
  wasm_func_t *function = wasm_func_new_with_env(store, type, count_calls, &calls, NULL);
  wasm_functype_delete(type);
  wasm_extern_t *imports[] = {wasm_func_as_extern(function), NULL};
  wasm_instance_delete(instantiate(store, "start", imports, 1));
  CHECK(calls == 1, "the start function is called");
  wasm_instance_delete(instantiate(store, "start", imports, 2));
  CHECK(calls == 2, "more externals than imports are ignored");
  wasm_func_delete(function);
}

int main(void) {
  wasm_engine_t *engine = wasm_engine_new_with_config(wasm_config_new());
  wasm_store_t *store = wasm_store_new(engine);
  imports_by_position(store);
  wrong_calls(store);
  many_values(store);
  start_function(store);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  wasm_config_delete(wasm_config_new());
  return finish();
}
