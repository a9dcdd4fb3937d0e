/* Uses what the host's side of the library allocates, and gives all of it back, for a run under valgrind.
 *
 *     memory                                     functions, callbacks, objects and errors
 *     memory HEADER LIBRARY... -- GUEST...       the guests' function `run`, with libraries by their header
 *
 * Prints what is wrong and then how many checks passed. */
#include <pulley.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int passed, failed;

static void check(int holds, const char *what, pulley_error_t **error) {
  if (holds) {
    passed++;
  } else {
    failed++;
    printf("FAILED: %s\n    %s\n", what, *error ? pulley_error_description(*error) : "there is no error");
  }
  pulley_error_delete(*error);
  *error = NULL;
}

#define SUCCEEDS(call) check((call) == PULLEY_OK, #call, &error)
#define FAILS(status, call) check((call) == status && error, #call, &error)

/* ---- What a guest calls ------------------------------------------------------------------- */

struct shape { long width; double height; };
typedef int number_callback(int);

static const char declarations[] =
    /* Structures that lead to themselves and to each other, which must not keep each other alive. */
    "struct left; struct right { struct left *left; };\n"
    "struct left { struct right *right; struct left *self; };\n"
    "struct node { struct node *next; long value; const char *name; };\n"
    "struct shape { long width; double height; };\n"
    "struct thing;\n"
    "typedef int number_callback(int);\n"
    "long walk(const struct left *l, struct node *n);\n"
    "struct shape twice(struct shape s);\n"
    "void grow(struct shape *s, long by);\n"
    "const char *title(int n);\n"
    "struct thing *open_thing(const char *name);\n"
    "int use_thing(struct thing *t);\n"
    "void close_thing(struct thing *t) __attribute__((pulley_released(1)));\n"
    "int apply(number_callback *f, int n);\n"
    "int keep(number_callback *f) __attribute__((pulley_kept(1)));\n"
    "int visit(int (*f)(const struct shape *s, const char *name, struct thing *t, struct shape by_value));\n"
    "int format(char *text, unsigned long size, const char *format, ...) __attribute__((format(printf, 3, 4)))\n"
    "  __attribute__((pulley_bytes(1, 2)));\n";

static number_callback *kept;

static struct shape twice(struct shape s) {
  s.width *= 2, s.height *= 2;
  return s;
}
static void grow(struct shape *s, long by) { s->width += by; }
static const char *title(int n) { return n ? "a title outside of the guest's memory" : NULL; }
static void *open_thing(const char *name) { return strdup(name); }
static int use_thing(char *thing) { return (int)strlen(thing); }
static void close_thing(void *thing) { free(thing); }
static int apply(number_callback *f, int n) { return f(n) + f(n + 1); }
static int keep(number_callback *f) { return kept = f, 0; }
static int visit(int (*f)(const struct shape *, const char *, void *, struct shape)) {
  struct shape shape = {3, 0.5};
  static int thing;
  return f(&shape, "a name outside of the guest's memory", &thing, shape);
}

static const char guest[] =
    "(module\n"
    "  (import \"env\" \"twice\" (func $twice (param i32 i32)))\n"
    "  (import \"env\" \"grow\" (func $grow (param i32 i32)))\n"
    "  (import \"env\" \"title\" (func $title (param i32) (result i32)))\n"
    "  (import \"env\" \"open_thing\" (func $open (param i32) (result i32)))\n"
    "  (import \"env\" \"use_thing\" (func $use (param i32) (result i32)))\n"
    "  (import \"env\" \"close_thing\" (func $close (param i32)))\n"
    "  (import \"env\" \"apply\" (func $apply (param i32 i32) (result i32)))\n"
    "  (import \"env\" \"keep\" (func $keep (param i32) (result i32)))\n"
    "  (import \"env\" \"visit\" (func $visit (param i32) (result i32)))\n"
    "  (import \"env\" \"format\" (func $format (param i32 i32 i32 i32) (result i32)))\n"
    "  (import \"env\" \"values\" (func $values (param i32 funcref externref) (result externref funcref i32)))\n"
    "  (memory (export \"memory\") 2)\n"
    "  (data (i32.const 16) \"\\03\\00\\00\\00\")\n"
    "  (data (i32.const 32) \"thing\\00%s %ld %5.1f\\00\")\n"
    /* The variable arguments: a string, a long, and a double at its alignment. */
    "  (data (i32.const 64) \"\\20\\00\\00\\00\\07\\00\\00\\00\\00\\00\\00\\00\\00\\00\\f8\\3f\")\n"
    "  (global $next (mut i32) (i32.const 65536))\n"
    "  (table (export \"__indirect_function_table\") 5 5 funcref)\n"
    "  (table (export \"objects\") 2 2 externref)\n"
    "  (elem (i32.const 1) $double $stuck $visitor $nested)\n"
    "  (func (export \"malloc\") (param i32) (result i32)\n"
    "    (global.get $next) (global.set $next (i32.add (global.get $next) (i32.and (i32.add (local.get 0)\n"
    "      (i32.const 15)) (i32.const -16)))))\n"
    "  (func (export \"free\") (param i32))\n"
    "  (func $double (export \"double\") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))\n"
    "  (func $stuck (export \"stuck\") (param i32) (result i32) unreachable)\n"
    "  (func $nested (param i32) (result i32) (call $apply (i32.const 1) (local.get 0)))\n"
    /* Adds the structure's width, the name's first letter, and whether there is an object. */
    "  (func $visitor (param i32 i32 i32 i32) (result i32)\n"
    "    (i32.add (i32.add (i32.load (local.get 0)) (i32.load8_u (local.get 1)))\n"
    "      (i32.add (i32.ne (local.get 2) (i32.const 0)) (i32.load (local.get 3)))))\n"
    "  (func (export \"shapes\") (result i32)\n"
    "    (call $twice (i32.const 16) (i32.const 16)) (call $grow (i32.const 16) (i32.const 4))\n"
    "    (i32.load (i32.const 16)))\n"
    "  (func (export \"title\") (param i32) (result i32) (i32.load8_u (call $title (local.get 0))))\n"
    "  (func (export \"thing\") (result i32) (local i32)\n"
    "    (local.set 0 (call $open (i32.const 32))) (call $use (local.get 0)) (call $close (local.get 0)))\n"
    "  (func (export \"stale\") (result i32) (local i32)\n"
    "    (local.set 0 (call $open (i32.const 32))) (call $close (local.get 0)) (call $use (local.get 0)))\n"
    "  (func (export \"apply\") (param i32 i32) (result i32) (call $apply (local.get 0) (local.get 1)))\n"
    "  (func (export \"keep\") (param i32) (result i32) (call $keep (local.get 0)))\n"
    "  (func (export \"visit\") (param i32) (result i32) (call $visit (local.get 0)))\n"
    "  (func (export \"format\") (param i32) (result i32)\n"
    "    (call $format (i32.const 256) (i32.const 64) (local.get 0) (i32.const 64)))\n"
    "  (func (export \"values\") (param i32 externref) (result i32)\n"
    "    (call $values (local.get 0) (ref.func $double) (local.get 1)) drop drop drop (local.get 0)))\n";

/* ---- Declared functions -------------------------------------------------------------------- */

static pulley_status_t values(void *userdata, pulley_instance_t *instance, const pulley_value_t *arguments,
                              size_t count, pulley_value_t *results, size_t result_count, pulley_error_t **error) {
  pulley_function_t *function = NULL;
  pulley_status_t status = pulley_value_function(&arguments[1], &function, error);
  (void)userdata, (void)instance;
  if (status != PULLEY_OK) return status;
  for (size_t k = 0; k < result_count; k++) results[k] = arguments[count - 1 - k];
  if (arguments[0].of.i32 < 0) status = pulley_runv(instance, "stuck", error, NULL, 1);
  pulley_function_delete(function);
  return status;
}

static int finalized;
static void finalize(void *object) {
  finalized++;
  free(object);
}

static void bind(pulley_linker_t *linker) {
  static const struct {
    const char *name;
    pulley_host_t function;
  } functions[] = {
      {"twice", (pulley_host_t)twice},           {"grow", (pulley_host_t)grow},
      {"title", (pulley_host_t)title},           {"open_thing", (pulley_host_t)open_thing},
      {"use_thing", (pulley_host_t)use_thing},   {"close_thing", (pulley_host_t)close_thing},
      {"apply", (pulley_host_t)apply},           {"keep", (pulley_host_t)keep},
      {"visit", (pulley_host_t)visit},           {"format", (pulley_host_t)snprintf},
  };
  pulley_type_t parameters[] = {PULLEY_I32, PULLEY_FUNCREF, PULLEY_EXTERNREF};
  pulley_type_t results[] = {PULLEY_EXTERNREF, PULLEY_FUNCREF, PULLEY_I32};
  pulley_function_type_t type = {parameters, 3, results, 3};
  pulley_error_t *error = NULL;
  SUCCEEDS(pulley_declare(linker, declarations, &error));
  for (size_t k = 0; k < sizeof functions / sizeof *functions; k++)
    SUCCEEDS(pulley_bind(linker, "env", functions[k].name, functions[k].function, malloc(16), finalize, &error));
  SUCCEEDS(pulley_register_values(linker, "env", "values", type, values, malloc(16), finalize, &error));
}

static int run(pulley_instance_t *instance, const char *name, int first, int second, size_t count) {
  pulley_value_t arguments[2] = {pulley_i32(first), pulley_i32(second)}, result = pulley_i32(-1);
  pulley_error_t *error = NULL;
  SUCCEEDS(pulley_run(instance, name, arguments, count, &result, 1, &error));
  return result.of.i32;
}

static void fails(pulley_instance_t *instance, const char *name, int first, int second, size_t count) {
  pulley_value_t arguments[2] = {pulley_i32(first), pulley_i32(second)}, result;
  pulley_error_t *error = NULL;
  FAILS(PULLEY_ERROR_TRAP, pulley_run(instance, name, arguments, count, &result, 1, &error));
}

static void calls(pulley_instance_t *instance) {
  pulley_error_t *error = NULL;
  check(run(instance, "shapes", 0, 0, 0) % 2 == 0, "a structure comes back", &error);
  check(run(instance, "title", 1, 0, 1) == 'a', "a string is copied to the guest", &error);
  check(run(instance, "thing", 0, 0, 0) == 5, "a handle leads to its object", &error);
  fails(instance, "stale", 0, 0, 0);
  check(run(instance, "apply", 1, 5, 2) == 22, "a callback is called", &error);
  check(run(instance, "apply", 4, 5, 2) == 48, "a callback calls the host", &error);
  fails(instance, "apply", 2, 5, 2);
  fails(instance, "apply", 3, 5, 2);
  check(run(instance, "visit", 3, 0, 1) == 3 + 'a' + 1 + 3, "a callback gets copies", &error);
  fails(instance, "visit", 1, 0, 1);
  check(run(instance, "format", 38, 0, 1) == 13, "variable arguments arrive", &error);
  fails(instance, "format", -1, 0, 1);
  check(run(instance, "keep", 1, 0, 1) == 0 && kept(21) == 42, "a callback is kept", &error);
}

static void functions(pulley_instance_t *instance) {
  pulley_error_t *error = NULL;
  pulley_function_t *function = NULL;
  pulley_host_t pointer = NULL;
  SUCCEEDS(pulley_instance_function(instance, "double", &function, &error));
  SUCCEEDS(pulley_function_pointer(function, "int(int)", &pointer, &error));
  check(((number_callback *)pointer)(4) == 8, "a function of the guest is one of C", &error);
  FAILS(PULLEY_ERROR_ARGUMENT, pulley_function_pointer(function, "int(f64)", &pointer, &error));
  FAILS(PULLEY_ERROR_SIGNATURE, pulley_function_pointer(function, "int(int", &pointer, &error));
  pulley_function_delete(function);
  SUCCEEDS(pulley_instance_function(instance, "stuck", &function, &error));
  SUCCEEDS(pulley_function_pointer(function, "int(int)", &pointer, &error));
  check(((number_callback *)pointer)(4) == 0, "a failed call gives zero", &error);
  FAILS(PULLEY_ERROR_TRAP, pulley_function_pointer_error(function, &error));
  /* This failure stays with the instance. */
  check(((number_callback *)pointer)(4) == 0, "a failed call gives zero", &error);
  pulley_function_delete(function);
}

static void objects(pulley_instance_t *instance) {
  pulley_error_t *error = NULL;
  pulley_value_t arguments[2] = {pulley_i32(1), pulley_externref(NULL)}, result;
  pulley_table_t *table = NULL;
  size_t released = 0;
  SUCCEEDS(pulley_instance_table(instance, "objects", &table, &error));
  for (uint64_t k = 0; k < 3; k++) {
    SUCCEEDS(pulley_instance_externref(instance, malloc(24), finalize, &arguments[1], &error));
    SUCCEEDS(pulley_run(instance, "values", arguments, 2, &result, 1, &error));
    if (k < 2) SUCCEEDS(pulley_table_set(table, k, &arguments[1], &error));
  }
  arguments[0] = pulley_i32(-1);
  FAILS(PULLEY_ERROR_TRAP, pulley_run(instance, "values", arguments, 2, &result, 1, &error));
  SUCCEEDS(pulley_instance_release_objects(instance, &released, &error));
  check(released == 1, "the object that no table has is released", &error);
  pulley_table_delete(table);
}

/* Everything that can be made, then deleted in an order that depends on `round`. */
static void all(int round) {
  pulley_error_t *error = NULL;
  pulley_instance_t *instance = NULL;
  pulley_linker_t *linker = pulley_linker_new(NULL);
  finalized = 0;
  bind(linker);
  if (round & 1) SUCCEEDS(pulley_bind_library(linker, "env", NULL, &error));
  SUCCEEDS(pulley_instantiate_bytes(linker, guest, strlen(guest), &instance, &error));
  if (round & 1) pulley_linker_delete(linker);
  calls(instance);
  functions(instance);
  objects(instance);
  pulley_instance_delete(instance);
  if (!(round & 1)) pulley_linker_delete(linker);
  /* Ten of pulley_bind, one of pulley_register_values, three objects. */
  check(finalized == 14, "every finalizer is called once", &error);
  check(kept(21) == 0, "a callback after its instance gives zero", &error);
}

/* ---- What is refused ----------------------------------------------------------------------- */

static void refused(void) {
  static const char *const wrong[] = {
      "struct a { struct a inner; };",
      "struct a { int x; struct { struct b *p; union { int y; double z; }; } inner",
      "struct a { int x; }; struct a { double x; };",
      "int f(int); double f(int);",
      "typedef unknown_type_name t;",
      "int f(int g(struct x { struct x *self; } *), char a[sizeof(struct y)]);",
      "enum e { A = 1 / 0 };",
      "int f(char *p, int n) __attribute__((access(write_only, 1, 7)));",
      "#include <stdio.h>",
      "/* no end",
      "char c[(",
      "struct s { char a[1 << 30]; char b[1 << 30]; long c[99999999999999]; };",
  };
  pulley_error_t *error = NULL;
  pulley_instance_t *instance = NULL;
  pulley_linker_t *linker = pulley_linker_new(NULL);
  finalized = 0;
  for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++)
    FAILS(PULLEY_ERROR_SIGNATURE, pulley_declare(linker, wrong[k], &error));
  SUCCEEDS(pulley_declare(linker, "struct bits { int x : 3; }; int bits(struct bits b); long double wide(void);"
                                  "int any(); int list(int n, ...);", &error));
  FAILS(PULLEY_ERROR_SIGNATURE, pulley_bind(linker, "env", "bits", (pulley_host_t)abs, malloc(8), finalize, &error));
  FAILS(PULLEY_ERROR_SIGNATURE, pulley_bind(linker, "env", "any", (pulley_host_t)abs, malloc(8), finalize, &error));
  FAILS(PULLEY_ERROR_SIGNATURE, pulley_bind(linker, "env", "list", (pulley_host_t)abs, malloc(8), finalize, &error));
  FAILS(PULLEY_ERROR_SIGNATURE, pulley_bind(linker, "env", "none", (pulley_host_t)abs, malloc(8), finalize, &error));
  check(finalized == 4, "what is refused is finalized", &error);
  FAILS(PULLEY_ERROR_FILE, pulley_bind_library(linker, "env", "libof-nothing.so.9", &error));
  FAILS(PULLEY_ERROR_FILE, pulley_declare_file(linker, "/nothing/here.h", &error));
  SUCCEEDS(pulley_bind_library(linker, "env", NULL, &error));
  FAILS(PULLEY_ERROR_LINK, pulley_instantiate_bytes(linker, guest, strlen(guest), &instance, &error));
  pulley_linker_delete(linker);
}

/* ---- Guests that use libraries ------------------------------------------------------------- */

static void guests(int count, char **arguments) {
  pulley_error_t *error = NULL;
  pulley_linker_t *linker = pulley_linker_new(NULL);
  int k = 1;
  SUCCEEDS(pulley_declare_file(linker, arguments[0], &error));
  for (; k < count && strcmp(arguments[k], "--"); k++)
    SUCCEEDS(pulley_bind_library(linker, "env", arguments[k], &error));
  for (k++; k < count; k++) {
    pulley_instance_t *instance = NULL;
    pulley_value_t result = pulley_i32(-1);
    SUCCEEDS(pulley_instantiate_file(linker, arguments[k], &instance, &error));
    SUCCEEDS(pulley_run(instance, "run", NULL, 0, &result, 1, &error));
    check(result.of.i32 == 0, arguments[k], &error);
    pulley_instance_delete(instance);
  }
  pulley_linker_delete(linker);
}

int main(int argc, char **argv) {
  pulley_error_t *error = NULL;
  if (argc > 1) {
    guests(argc - 1, argv + 1);
  } else {
    /* More than once, because function pointers are used again. */
    for (int round = 0; round < 4; round++) all(round);
    refused();
  }
  check(pulley_handle_count() == 0, "every handle is deleted", &error);
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
