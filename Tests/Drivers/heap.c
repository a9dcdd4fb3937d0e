/* Objects on a guest's heap and exceptions, as a program in C uses them. Prints what is wrong and then how many
 * checks passed. */
#include <pulley.h>
#include <stdio.h>
#include <string.h>

static int passed, failed;
static pulley_error_t *error;

#define CHECK(condition)                                        \
  do {                                                          \
    if (condition) {                                            \
      passed++;                                                 \
    } else {                                                    \
      failed++;                                                 \
      printf("FAILED: line %d: %s\n", __LINE__, #condition);    \
    }                                                           \
  } while (0)

#define CHECK_OK(call)                                                                            \
  do {                                                                                            \
    int status = (call);                                                                          \
    CHECK(status == PULLEY_OK);                                                                   \
    if (status) {                                                                                 \
      printf("%s\n", pulley_error_description(error));                                            \
      pulley_error_delete(error);                                                                 \
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
    "  (type $text (array (mut i8)))"
    "  (type $node (struct (field i32) (field $next (mut (ref null $node))) (field (mut f64))"
    "    (field (mut i8)) (field (mut (ref null $text)))))"
    "  (type $fixed (array i16))"
    "  (type $any (array (mut anyref)))"
    "  (import \"host\" \"f\" (func $host (param i32) (result i32)))"
    "  (import \"host\" \"e\" (tag $e (param i32 anyref)))"
    "  (tag $other (export \"other\"))"
    "  (func (export \"node\") (param i32) (result (ref $node))"
    "    (struct.new $node (local.get 0) (ref.null $node) (f64.const 0.5) (i32.const -1)"
    "      (ref.null $text)))"
    "  (func (export \"same\") (param anyref anyref) (result i32)"
    "    (ref.eq (ref.cast eqref (local.get 0)) (ref.cast eqref (local.get 1))))"
    "  (func (export \"number\") (param $n (ref $node)) (result i32)"
    "    (struct.get $node 0 (local.get $n)))"
    "  (func (export \"first\") (param (ref $text)) (result i32)"
    "    (array.get_u $text (local.get 0) (i32.const 0)))"
    "  (func (export \"i31\") (param i31ref) (result i32) (i31.get_s (local.get 0)))"
    "  (func (export \"out\") (param anyref) (result externref) (extern.convert_any (local.get 0)))"
    "  (func (export \"garbage\") (param i32)"
    "    (loop $l (drop (array.new_default $text (i32.const 1000)))"
    "      (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))"
    "  (func (export \"catch\") (param i32) (result i32 anyref)"
    "    (block $h (result i32 anyref)"
    "      (try_table (catch $e $h) (drop (call $host (local.get 0))))"
    "      (i32.const -1) (ref.null any)))"
    "  (func (export \"pass\") (param i32) (result i32) (call $host (local.get 0)))"
    "  (func (export \"throw\") (param i32)"
    "    (throw $e (local.get 0) (struct.new $node (i32.const 3) (ref.null $node) (f64.const 1)"
    "      (i32.const 0) (ref.null $text))))"
    "  (func (export \"throw other\") (throw $other)))";

static pulley_tag_t *tag;

/* Throws an exception with the number if it is positive. */
static int32_t host(pulley_instance_t *instance, int32_t number) {
  if (number <= 0) return number;
  pulley_value_t values[2] = {pulley_i32(number), pulley_i31(-number)};
  if (pulley_throw_tag(instance, tag, values, 2, &error)) {
    printf("%s\n", pulley_error_message(error));
    pulley_error_delete(error);
  }
  return 0;
}

static pulley_value_t call(pulley_instance_t *instance, const char *name, const pulley_value_t *arguments,
                           size_t count) {
  pulley_value_t results[2];
  memset(results, 0, sizeof results);
  pulley_function_t *function;
  CHECK_OK(pulley_instance_function(instance, name, &function, &error));
  CHECK_OK(pulley_call(function, arguments, count, results, pulley_function_type(function).result_count,
                       &error));
  pulley_function_delete(function);
  return results[0];
}

static void test_objects(pulley_instance_t *instance) {
  pulley_value_t number = pulley_i32(41);
  pulley_value_t node = call(instance, "node", &number, 1);
  CHECK(node.type == PULLEY_ANYREF);
  pulley_object_t *kept, *made, *chars, *array;
  CHECK_OK(pulley_object_keep(instance, &node, &kept, &error));
  CHECK(pulley_object_kind(kept) == PULLEY_OBJECT_STRUCT);
  CHECK(pulley_object_count(kept) == 5);
  CHECK(pulley_object_field(kept, 0).type == PULLEY_I32 && !pulley_object_field(kept, 0).is_mutable);
  CHECK(pulley_object_field(kept, 1).type == PULLEY_ANYREF && pulley_object_field(kept, 1).is_mutable);
  CHECK(pulley_object_field(kept, 3).type == PULLEY_I32 && pulley_object_field(kept, 3).bits == 8);
  CHECK(pulley_object_field(kept, 5).type == 0);

  /* It survives, at its place. */
  pulley_value_t rounds = pulley_i32(50000);
  call(instance, "garbage", &rounds, 1);
  CHECK_OK(pulley_gc(instance, &error));
  CHECK(pulley_instance_heap(instance).collections > 0);
  CHECK(pulley_instance_heap(instance).live_bytes > 0);
  pulley_value_t value = pulley_object_value(kept);
  CHECK(value.of.ref == node.of.ref);
  CHECK(call(instance, "number", &value, 1).of.i32 == 41);
  CHECK_OK(pulley_object_get(kept, 0, &value, &error));
  CHECK(value.type == PULLEY_I32 && value.of.i32 == 41);
  CHECK_OK(pulley_object_get(kept, 3, &value, &error));
  CHECK(value.of.i32 == 255);

  /* Structures and arrays of the host. */
  const char *words = "hello";
  CHECK_OK(pulley_array_new_data(instance, 0, 5, words, &chars, &error));
  CHECK(pulley_object_kind(chars) == PULLEY_OBJECT_ARRAY && pulley_object_count(chars) == 5);
  value = pulley_object_value(chars);
  CHECK(call(instance, "first", &value, 1).of.i32 == 'h');
  pulley_value_t fields[5] = {pulley_i32(7), pulley_object_value(kept), pulley_f64(2.5), pulley_i32(300),
                              pulley_object_value(chars)};
  CHECK_OK(pulley_struct_new(instance, 1, fields, 5, &made, &error));
  pulley_object_delete(chars);
  CHECK_OK(pulley_gc(instance, &error));
  CHECK_OK(pulley_object_get(made, 4, &value, &error));
  CHECK_OK(pulley_object_keep(instance, &value, &chars, &error));
  char copy[8] = "";
  CHECK_OK(pulley_object_read(chars, 1, 4, copy, &error));
  CHECK(strcmp(copy, "ello") == 0);
  CHECK_OK(pulley_object_write(chars, 0, 2, "HE", &error));
  CHECK_OK(pulley_object_read(chars, 0, 5, copy, &error));
  CHECK(memcmp(copy, "HEllo", 5) == 0);
  CHECK_OK(pulley_object_get(made, 3, &value, &error));
  CHECK(value.of.i32 == 300 % 256);
  CHECK_OK(pulley_object_get(made, 1, &value, &error));
  CHECK(value.of.ref == node.of.ref);
  pulley_value_t null = node;
  null.of.i64 = 0;
  CHECK_OK(pulley_object_set(made, 1, &null, &error));
  CHECK_OK(pulley_object_get(made, 1, &value, &error));
  CHECK(value.of.ref == NULL);

  /* i31, and external references. */
  value = pulley_i31(-5);
  CHECK(call(instance, "i31", &value, 1).of.i32 == -5);
  CHECK_OK(pulley_object_keep(instance, &value, &array, &error));
  CHECK(pulley_object_kind(array) == PULLEY_OBJECT_I31 && pulley_object_i31(array) == -5);
  pulley_object_delete(array);
  value = pulley_object_value(kept);
  value = call(instance, "out", &value, 1);
  CHECK(value.type == PULLEY_EXTERNREF);
  CHECK_OK(pulley_object_keep(instance, &value, &array, &error));
  CHECK(pulley_object_kind(array) == PULLEY_OBJECT_STRUCT);
  pulley_object_delete(array);

  /* Arrays of references. */
  value = pulley_object_value(kept);
  CHECK_OK(pulley_array_new(instance, 3, 3, &value, &array, &error));
  CHECK_OK(pulley_object_get(array, 2, &value, &error));
  CHECK(value.of.ref == node.of.ref);

  /* What is wrong is refused. */
  CHECK_REFUSED(pulley_object_keep(instance, &null, &chars, &error), "does not refer to an object");
  value = node;
  value.of.i64 += 8;
  CHECK_REFUSED(pulley_object_keep(instance, &value, &chars, &error), "no such object");
  value.of.i64 = 0x10;
  CHECK_REFUSED(pulley_object_keep(instance, &value, &chars, &error), "no such object");
  CHECK_REFUSED(pulley_object_get(kept, 5, &value, &error), "no field or element 5");
  CHECK_REFUSED(pulley_object_get(array, SIZE_MAX, &value, &error), "no field or element");
  CHECK_REFUSED(pulley_object_set(kept, 0, &number, &error), "immutable");
  CHECK_REFUSED(pulley_object_set(kept, 2, &number, &error), "is of type f64, not i32");
  CHECK_REFUSED(pulley_object_read(array, 0, 1, copy, &error), "not an array of numbers");
  CHECK_REFUSED(pulley_object_read(kept, 0, 1, copy, &error), "not an array of numbers");
  CHECK_REFUSED(pulley_struct_new(instance, 0, NULL, 0, &chars, &error), "not a structure type");
  CHECK_REFUSED(pulley_struct_new(instance, 99, NULL, 0, &chars, &error), "no structure or array type");
  CHECK_REFUSED(pulley_struct_new(instance, 1, fields, 4, &chars, &error), "has 5 fields");
  CHECK_REFUSED(pulley_array_new(instance, 1, 1, NULL, &chars, &error), "not an array type");
  CHECK_REFUSED(pulley_array_new(instance, 0, SIZE_MAX, NULL, &chars, &error), "at most 4294967295");
  CHECK(pulley_array_new(instance, 0, UINT32_MAX, NULL, &chars, &error) == PULLEY_ERROR_TRAP);
  CHECK(pulley_error_trap_code(error) == PULLEY_TRAP_HEAP_EXHAUSTED);
  pulley_error_delete(error);
  pulley_object_delete(array);
  pulley_object_delete(made);
  pulley_object_delete(kept);
}

static void test_exceptions(pulley_instance_t *instance) {
  pulley_function_t *catch_, *pass;
  CHECK_OK(pulley_instance_function(instance, "catch", &catch_, &error));
  CHECK_OK(pulley_instance_function(instance, "pass", &pass, &error));
  pulley_value_t number = pulley_i32(5), results[2], values[2];
  CHECK_OK(pulley_call(catch_, &number, 1, results, 2, &error));
  CHECK(results[0].of.i32 == 5 && results[1].of.i64 == pulley_i31(-5).of.i64);

  CHECK(pulley_call(pass, &number, 1, results, 1, &error) == PULLEY_ERROR_TRAP);
  CHECK(pulley_error_trap_code(error) == PULLEY_TRAP_UNCAUGHT_EXCEPTION);
  pulley_tag_t *thrown = pulley_error_tag(error);
  CHECK(pulley_tag_same(thrown, tag));
  CHECK(pulley_error_values(error, NULL, 0) == 2);
  CHECK(pulley_error_values(error, values, 2) == 2);
  CHECK(values[0].of.i32 == 5 && values[1].type == PULLEY_ANYREF);
  pulley_tag_delete(thrown);
  pulley_error_delete(error);

  /* The error keeps what the exception refers to. */
  number = pulley_i32(9);
  CHECK(pulley_run(instance, "throw", &number, 1, NULL, 0, &error) == PULLEY_ERROR_TRAP);
  pulley_error_t *uncaught = error;
  CHECK_OK(pulley_gc(instance, &error));
  pulley_error_values(uncaught, values, 2);
  CHECK(call(instance, "number", values + 1, 1).of.i32 == 3);
  pulley_error_delete(uncaught);

  CHECK(pulley_run(instance, "throw other", NULL, 0, NULL, 0, &error) == PULLEY_ERROR_TRAP);
  CHECK(pulley_error_values(error, values, 2) == 0);
  thrown = pulley_error_tag(error);
  CHECK(thrown && !pulley_tag_same(thrown, tag));
  pulley_tag_delete(thrown);
  pulley_error_delete(error);

  values[0] = pulley_i32(1);
  CHECK_REFUSED(pulley_throw_tag(instance, tag, values, 1, &error), "has 2 values");
  values[1] = pulley_f64(1);
  CHECK_REFUSED(pulley_throw_tag(instance, tag, values, 2, &error), "value 2 of the exception");
  CHECK_REFUSED(pulley_throw_tag(instance, NULL, values, 2, &error), "tag");
  CHECK_REFUSED(pulley_throw_tag(instance, tag, NULL, 2, &error), "values is NULL");
  pulley_function_delete(catch_);
  pulley_function_delete(pass);
}

int main(void) {
  for (int stress = 0; stress < 2; stress++) {
    pulley_options_t *options = pulley_options_new();
    CHECK_OK(pulley_options_set_gc_stress(options, stress, &error));
    CHECK_OK(pulley_options_set_limit(options, PULLEY_RESOURCE_OBJECTS, 64 << 20, 64 << 20, &error));
    pulley_engine_t *engine = pulley_engine_new(options);
    pulley_options_delete(options);
    pulley_type_t payload[] = {PULLEY_I32, PULLEY_ANYREF};
    CHECK_OK(pulley_tag_new(engine, payload, 2, &tag, &error));
    pulley_linker_t *linker = pulley_linker_new(engine);
    CHECK_OK(pulley_linker_define_tag(linker, "host", "e", tag, &error));
    CHECK_OK(pulley_register(linker, "host", "f", "i32(instance, i32)", (pulley_host_t)host, NULL, NULL,
                             &error));
    pulley_module_t *module;
    CHECK_OK(pulley_compile(engine, text, sizeof text - 1, &module, &error));
    pulley_instance_t *instance;
    CHECK_OK(pulley_instantiate(linker, module, &instance, &error));
    test_objects(instance);
    test_exceptions(instance);
    pulley_instance_delete(instance);
    pulley_module_delete(module);
    pulley_linker_delete(linker);
    pulley_tag_delete(tag);
    pulley_engine_delete(engine);
  }
  /* Nothing for NULL. */
  CHECK(pulley_object_value(NULL).of.ref == NULL && pulley_object_kind(NULL) == PULLEY_OBJECT_NONE);
  CHECK(pulley_object_count(NULL) == 0 && pulley_object_i31(NULL) == 0);
  CHECK(pulley_error_tag(NULL) == NULL && pulley_error_values(NULL, NULL, 0) == 0);
  CHECK(pulley_instance_heap(NULL).limit_bytes == 0);
  pulley_object_delete(NULL);
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
