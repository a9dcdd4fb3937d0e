/* Calls with values of C, and handles, as a program in C11 and in C++17 uses them. Prints what is wrong and then
 * how many checks passed. */
#include <pulley.h>
#include <stdio.h>
#include <string.h>

static int passed, failed;

#define CHECK(condition)                                                                          \
  do {                                                                                            \
    if (condition) {                                                                              \
      passed++;                                                                                   \
    } else {                                                                                      \
      failed++;                                                                                   \
      printf("FAILED: line %d: %s\n", __LINE__, #condition);                                      \
    }                                                                                             \
  } while (0)

/* Fails with the status PULLEY_ERROR_ARGUMENT and a message that contains `words`. */
#define CHECK_REFUSED(call, words)                                                                \
  do {                                                                                            \
    CHECK((call) == PULLEY_ERROR_ARGUMENT);                                                       \
    if (!strstr(pulley_error_message(error), words)) printf("%s\n", pulley_error_message(error)); \
    CHECK(strstr(pulley_error_message(error), words) != NULL);                                    \
    pulley_error_delete(error);                                                                   \
  } while (0)

static const char text[] =
    "(module"
    "  (func (export \"none\"))"
    "  (func (export \"five\") (result i32) (i32.const 5))"
    "  (func (export \"add\") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))"
    "  (func (export \"same64\") (param i64) (result i64) (local.get 0))"
    "  (func (export \"same32\") (param i32) (result i32) (local.get 0))"
    "  (func (export \"half\") (param f64) (result f64) (f64.div (local.get 0) (f64.const 2)))"
    "  (func (export \"single\") (param f32) (result f32) (local.get 0))"
    "  (func (export \"extern\") (param externref) (result externref) (local.get 0))"
    "  (func (export \"two\") (result i32 i32) (i32.const 1) (i32.const 2))"
    "  (func (export \"vector\") (result v128) (v128.const i32x4 1 2 3 4))"
    "  (func (export \"trap\") (result i32) unreachable)"
    "  (func (export \"mixed\") (param i64 f32 f64 i32) (result f64)"
    "    (f64.add (f64.add (f64.convert_i64_s (local.get 0)) (f64.promote_f32 (local.get 1)))"
    "      (f64.add (local.get 2) (f64.convert_i32_s (local.get 3)))))"
    "  (func (export \"last\") (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32"
    "    i32) (result i32) (local.get 15)))";

static pulley_error_t *error;

static void call_with_values(pulley_instance_t *instance) {
  int32_t sum = 0;
  CHECK(!pulley_runv(instance, "add", &error, &sum, 2, 3) && sum == 5);
  CHECK(!pulley_runv(instance, "five", &error, &sum) && sum == 5);
  CHECK(!pulley_runv(instance, "none", &error, NULL));
  CHECK(!pulley_runv(instance, "add", &error, NULL, 2, 3));
  CHECK(!pulley_runv(instance, "two", &error, NULL));

  uint32_t word = 0;
  CHECK(!pulley_runv(instance, "same32", &error, &word, 4000000000u) && word == 4000000000u);
  CHECK(!pulley_runv(instance, "same32", &error, &sum, true) && sum == 1);
  CHECK(!pulley_runv(instance, "same32", &error, &sum, (signed char)-7) && sum == -7);
  CHECK(!pulley_runv(instance, "same32", &error, &sum, (unsigned char)200) && sum == 200);
  CHECK(!pulley_runv(instance, "same32", &error, &sum, (short)-300) && sum == -300);
  CHECK(!pulley_runv(instance, "same32", &error, &sum, (unsigned short)60000) && sum == 60000);

  int64_t wide = 0;
  uint64_t unsigned_wide = 0;
  CHECK(!pulley_runv(instance, "same64", &error, &wide, INT64_MIN) && wide == INT64_MIN);
  CHECK(!pulley_runv(instance, "same64", &error, &unsigned_wide, UINT64_MAX) &&
        unsigned_wide == UINT64_MAX);
  CHECK(!pulley_runv(instance, "same64", &error, &wide, -9LL) && wide == -9);
  CHECK(!pulley_runv(instance, "same64", &error, &wide, 9ULL) && wide == 9);

  double number = 0;
  float single = 0;
  CHECK(!pulley_runv(instance, "half", &error, &number, 5.0) && number == 2.5);
  CHECK(!pulley_runv(instance, "single", &error, &single, 0.1f) && single == 0.1f);
  CHECK(!pulley_runv(instance, "mixed", &error, &number, INT64_C(-1), 0.5f, 0.25, 8) &&
        number == 7.75);

  void *object = &number, *result = NULL;
  CHECK(!pulley_runv(instance, "extern", &error, &result, object) && result == object);

  pulley_value_t value;
  CHECK(!pulley_runv(instance, "add", &error, &value, pulley_i32(20), 22) &&
        value.type == PULLEY_I32 && value.of.i32 == 42);
  CHECK(!pulley_runv(instance, "vector", &error, &value) && value.type == PULLEY_V128 &&
        value.of.v128[4] == 2);
  CHECK(!pulley_runv(instance, "last", &error, &sum, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
                     14, 15, 16) && sum == 16);
}

static void refuse_wrong_values(pulley_instance_t *instance, pulley_function_t *add) {
  int32_t sum = 77;
  int64_t wide = 77;
  float single = 77;
  pulley_value_t value = pulley_i32(77);
  CHECK_REFUSED(pulley_callv(add, &error, &sum, 1), "takes 2 arguments");
  CHECK_REFUSED(pulley_callv(add, &error, &sum, 1, INT64_C(2)), "argument 2 must be of type i32");
  CHECK_REFUSED(pulley_callv(add, &error, &wide, 1, 2), "of type i32, not i64");
  CHECK_REFUSED(pulley_callv(add, &error, &single, 1, 2), "of type i32, not f32");
  CHECK_REFUSED(pulley_runv(instance, "none", &error, &sum), "0 results");
  CHECK_REFUSED(pulley_runv(instance, "two", &error, &value), "2 results");
  CHECK_REFUSED(pulley_call_typed(add, NULL, 0, PULLEY_I32, NULL, &error), "result is NULL");
  CHECK_REFUSED(pulley_call_typed(NULL, NULL, 0, 0, NULL, &error), "function is NULL");
  CHECK(pulley_call_typed(add, NULL, 0, 12345, &sum, NULL) == PULLEY_ERROR_ARGUMENT);
  CHECK(pulley_runv(instance, "nothing", NULL, &sum) == PULLEY_ERROR_NOT_FOUND);
  CHECK(pulley_runv(instance, "trap", NULL, &sum) == PULLEY_ERROR_TRAP);
  CHECK(sum == 77 && wide == 77 && single == 77 && value.of.i32 == 77);
}

int main(void) {
  pulley_instance_t *instance = NULL;
  pulley_function_t *add = NULL;
  CHECK(pulley_handle_count() == 0);
  pulley_linker_t *linker = pulley_linker_new(NULL);
  if (pulley_instantiate_bytes(linker, text, strlen(text), &instance, &error) ||
      pulley_instance_function(instance, "add", &add, &error)) {
    printf("FAILED: %s\n", pulley_error_description(error));
    return 1;
  }
  call_with_values(instance);
  refuse_wrong_values(instance, add);
  int32_t sum = 0;
  CHECK(!pulley_callv(add, &error, &sum, 40, 2) && sum == 42);

  /* Each owner has a handle, and an owner that deletes it too often harms no other. */
  pulley_function_t *owned = pulley_function_retain(add);
  CHECK(pulley_handle_count() == 4 && owned != add && pulley_function_same(owned, add));
  for (int i = 0; i < 5; i++) pulley_function_delete(add);
  CHECK(pulley_handle_count() == 3);
  CHECK_REFUSED(pulley_callv(add, &error, &sum, 1, 2), "has been deleted");
  pulley_instance_delete(instance);
  pulley_instance_delete(instance);
  pulley_linker_delete(linker);
  CHECK(!pulley_callv(owned, &error, &sum, 1, 2) && sum == 3);
  pulley_function_delete(owned);
  CHECK(pulley_handle_count() == 0);
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
