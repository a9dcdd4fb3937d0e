/* Calls host functions, bound by their declarations, with arguments that they must not get: each call must trap with
 * the function, the argument and the reason, before the function runs, and nothing may be written. */
#include <pulley.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DECLARATIONS                                                                                  \
  DECLARE(struct bytes { char c[7]; };)                                                               \
  DECLARE(struct pair { int a; double b; };)                                                          \
  DECLARE(struct mixed { long n; void *p; char c; };)                                                 \
  DECLARE(struct thing;)                                                                              \
  DECLARE(struct other;)                                                                              \
  DECLARE(typedef unsigned long size_t_;)                                                             \
  DECLARE(typedef int callback(int);)                                                                 \
  DECLARE(int sum_bytes(const struct bytes *b);)                                                      \
  DECLARE(int sum_pair(const struct pair *p);)                                                        \
  DECLARE(int sum_mixed(const struct mixed *m);)                                                      \
  DECLARE(void set_mixed(struct mixed *m, int n);)                                                    \
  DECLARE(void set_two(struct mixed *m, struct bytes *b);)                                            \
  DECLARE(int swap_mixed(struct mixed *m, struct mixed *n);)                                          \
  DECLARE(void leak(struct mixed *m, struct mixed *n);)                                               \
  DECLARE(int take_pair(int n, struct pair p);)                                                       \
  DECLARE(struct pair make_pair(int n);)                                                              \
  DECLARE(unsigned length(const char *s);)                                                            \
  DECLARE(struct thing *open_thing(int n);)                                                           \
  DECLARE(int use_thing(struct thing *t);)                                                            \
  DECLARE(void into_thing(int n, struct thing **t);)                                                  \
  DECLARE(struct other *open_other(int n);)                                                           \
  DECLARE(int later(int n);)
#define DECLARE(...) __VA_ARGS__
DECLARATIONS
int fill(struct pair *p, unsigned n);
int fill_mixed(struct mixed *m, unsigned long long n);
int fill_signed(struct pair *p, int n);
int sum_nonnull(const struct pair *p);
void close_thing(struct thing *t);
int apply(callback *f, int n);
int apply_to_pair(struct pair *p, callback *f);
int apply_to_mixed(struct mixed *m, callback *f);
int keep(callback *f);
#undef DECLARE
#define DECLARE(...) #__VA_ARGS__ "\n"
/* The same declarations as text, and those with attributes that only some compilers know. */
static const char declarations[] = DECLARATIONS
    "int fill(struct pair *p, unsigned n) __attribute__((access(write_only, 1, 2)));\n"
    "int fill_mixed(struct mixed *m, unsigned long long n) __attribute__((access(write_only, 1, 2)));\n"
    "int fill_signed(struct pair *p, int n) __attribute__((access(write_only, 1, 2)));\n"
    "int sum_nonnull(const struct pair *p) __attribute__((nonnull));\n"
    "void close_thing(struct thing *t) __attribute__((pulley_released(1)));\n"
    "int apply(callback *f, int n) __attribute__((nonnull(1)));\n"
    "int apply_to_pair(struct pair *p, callback *f);\n"
    "int apply_to_mixed(struct mixed *m, callback *f);\n"
    "int keep(callback *f) __attribute__((pulley_kept(1)));\n";

/* How many functions ran, and how many came to their ends. */
static int begun, ended;
static callback *last;
struct thing { int n; } things[4];
struct other { int n; } others[4];

int sum_bytes(const struct bytes *b) { return begun++, ended++, b->c[0] + b->c[6]; }
int sum_pair(const struct pair *p) { return begun++, ended++, p->a + (int)p->b; }
int sum_nonnull(const struct pair *p) { return sum_pair(p); }
int sum_mixed(const struct mixed *m) { return begun++, ended++, (int)m->n + m->c; }
void set_mixed(struct mixed *m, int n) {
  begun++, ended++;
  m->n = n;
  m->c = 7;
}
void set_two(struct mixed *m, struct bytes *b) {
  set_mixed(m, 5);
  memset(b, 1, sizeof *b);
}
int swap_mixed(struct mixed *m, struct mixed *n) {
  struct mixed old = *m;
  begun++, ended++;
  *m = *n;
  *n = old;
  return 1;
}
void leak(struct mixed *m, struct mixed *n) {
  set_mixed(m, 5);
  set_mixed(n, 6);
  n->p = &ended;
}
int take_pair(int n, struct pair p) { return begun++, ended++, n + p.a; }
struct pair make_pair(int n) {
  struct pair p = {n, n / 2.0};
  begun++, ended++;
  return p;
}
unsigned length(const char *s) { return begun++, ended++, (unsigned)strlen(s); }
int fill(struct pair *p, unsigned n) {
  begun++;
  for (unsigned k = 0; k < n; k++) p[k] = make_pair((int)k);
  return ended++, (int)n;
}
int fill_mixed(struct mixed *m, unsigned long long n) {
  begun++;
  for (unsigned long long k = 0; k < n; k++) m[k].n = (long)k;
  return ended++, (int)n;
}
int fill_signed(struct pair *p, int n) { return fill(p, n > 0 ? (unsigned)n : 0); }
struct thing *open_thing(int n) { return begun++, ended++, things + n; }
struct other *open_other(int n) { return begun++, ended++, others + n; }
int use_thing(struct thing *t) { return begun++, ended++, t ? (int)(t - things) : -1; }
void into_thing(int n, struct thing **t) {
  begun++, ended++;
  *t = things + n;
}
void close_thing(struct thing *t) { begun++, ended++, (void)t; }
int apply(callback *f, int n) {
  int result;
  begun++;
  last = f;
  result = f(n);
  ended++;
  return result;
}
int apply_to_pair(struct pair *p, callback *f) {
  p->a = 1;
  return p->a + apply(f, 5) + p->a;
}
int apply_to_mixed(struct mixed *m, callback *f) {
  m->n = 1;
  return (int)m->n + apply(f, 5) + (int)m->n;
}
int keep(callback *f) { return begun++, ended++, last = f, 0; }
int later(int n) { return begun++, ended++, last(n); }

/* name(parameters) result, as WebAssembly has them */
static const struct {
  const char *name, *type;
  pulley_host_t function;
} functions[] = {
#define FUNCTION(name, type) {#name, type, (pulley_host_t)name}
    FUNCTION(sum_bytes, "i)i"), FUNCTION(sum_pair, "i)i"), FUNCTION(sum_nonnull, "i)i"), FUNCTION(sum_mixed, "i)i"),
    FUNCTION(set_mixed, "ii)"), FUNCTION(set_two, "ii)"), FUNCTION(swap_mixed, "ii)i"), FUNCTION(leak, "ii)"),
    FUNCTION(take_pair, "ii)i"), FUNCTION(make_pair, "ii)"), FUNCTION(length, "i)i"), FUNCTION(fill, "ii)i"),
    FUNCTION(fill_mixed, "iI)i"), FUNCTION(fill_signed, "ii)i"), FUNCTION(open_thing, "i)i"),
    FUNCTION(use_thing, "i)i"), FUNCTION(into_thing, "ii)"), FUNCTION(open_other, "i)i"), FUNCTION(close_thing, "i)"),
    FUNCTION(apply, "ii)i"), FUNCTION(apply_to_pair, "ii)i"), FUNCTION(apply_to_mixed, "ii)i"), FUNCTION(keep, "i)i"),
    FUNCTION(later, "i)i"),
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

/* The functions in the guest's table. */
enum { NOTHING, TWICE, STUCK, DEEP, GROWING, OTHER_TYPE, HELD, AGAIN, TABLE };
static const char table[] =
    "(table (export \"__indirect_function_table\") 8 8 funcref)\n"
    "(elem (i32.const 1) $twice $stuck $deep $growing $other $held $again)\n"
    "(func $twice (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))\n"
    "(func $stuck (param i32) (result i32) unreachable)\n"
    /* Calls itself through the host, as often as its argument says. */
    "(func $deep (param i32) (result i32)\n"
    "  (if (result i32) (local.get 0)\n"
    "    (then (i32.add (i32.const 1) (call $apply (i32.const 3) (i32.sub (local.get 0) (i32.const 1)))))\n"
    "    (else (i32.const 0))))\n"
    "(func $growing (param i32) (result i32)\n"
    "  (if (i32.eq (memory.grow (i32.const 100)) (i32.const -1)) (then unreachable)) (local.get 0))\n"
    "(func $other (param f64) (result i32) (i32.const 1))\n"
    /* Traps in a host function that it calls. */
    "(func $held (param i32) (result i32) (call $sum_bytes (i32.const -1)))\n"
    /* Calls a C function pointer of an outer call. */
    "(func $again (param i32) (result i32) (call $apply (i32.const 1) (local.get 0)))\n";

static int passed, failed;

static void check(const char *what, int holds, const char *format, ...) {
  va_list arguments;
  if (holds) {
    passed++;
    return;
  }
  failed++;
  printf("FAILED: %s\n    ", what);
  va_start(arguments, format);
  vprintf(format, arguments);
  va_end(arguments);
  printf("\n");
}

static void must(pulley_status_t status, pulley_error_t **error) {
  if (status == PULLEY_OK) return;
  printf("%s\n", pulley_error_description(*error));
  printf("%d passed, %d failed\n", passed, failed + 1);
  exit(1);
}

/* A module that imports all functions, and exports for each a function of the same type that calls it. */
static char *guest(int has_table) {
  static char text[20000];
  char *end = text;
  end += sprintf(end, "(module\n");
  for (int k = 0; k < FUNCTIONS * 2; k++) {
    const char *name = functions[k % FUNCTIONS].name, *type = functions[k % FUNCTIONS].type;
    char signature[200] = "", call[200] = "";
    int count = 0;
    for (; *type != ')'; type++) {
      sprintf(signature + strlen(signature), " (param %s)", *type == 'i' ? "i32" : "i64");
      sprintf(call + strlen(call), " (local.get %d)", count++);
    }
    if (type[1]) strcat(signature, " (result i32)");
    if (k < FUNCTIONS)
      end += sprintf(end, "(import \"env\" \"%s\" (func $%s%s))\n", name, name, signature);
    else
      end += sprintf(end, "(func (export \"%s\")%s (call $%s%s))\n", name, signature, name, call);
  }
  sprintf(end, "(memory (export \"memory\") 1)\n%s)", has_table ? table : "");
  return text;
}

static pulley_linker_t *linker;

static pulley_instance_t *new_instance(int has_table) {
  pulley_error_t *error = NULL;
  pulley_instance_t *instance = NULL;
  const char *text = guest(has_table);
  must(pulley_instantiate_bytes(linker, text, strlen(text), &instance, &error), &error);
  return instance;
}

struct outcome {
  pulley_status_t status;
  pulley_trap_code_t code;
  int32_t result;
  char description[1000];
  int begun, ended;
};

static struct outcome call(pulley_instance_t *instance, const char *name, int64_t first, int64_t second) {
  struct outcome outcome = {PULLEY_OK, 0, 0, "", begun, ended};
  pulley_error_t *error = NULL;
  pulley_value_t arguments[2] = {pulley_i32((int32_t)first), pulley_i32((int32_t)second)}, result = pulley_i32(-1);
  const char *type = "";
  for (int k = 0; k < FUNCTIONS; k++)
    if (!strcmp(functions[k].name, name)) type = functions[k].type;
  if (type[1] == 'I') arguments[1] = pulley_i64(second);
  size_t count = strcspn(type, ")");
  outcome.status = pulley_run(instance, name, arguments, count, &result, type[count + 1] == 'i', &error);
  outcome.result = result.of.i32;
  if (error) {
    outcome.code = pulley_error_trap_code(error);
    snprintf(outcome.description, sizeof outcome.description, "%s", pulley_error_description(error));
    pulley_error_delete(error);
  }
  outcome.begun = begun - outcome.begun;
  outcome.ended = ended - outcome.ended;
  return outcome;
}

/* The call must trap before the function runs, and say where and why. */
static void refused(pulley_instance_t *instance, const char *name, int64_t first, int64_t second, int argument,
                    const char *reason) {
  char what[200], place[100];
  struct outcome outcome = call(instance, name, first, second);
  snprintf(what, sizeof what, "%s(%lld, %lld) traps: argument %d, %s", name, (long long)first, (long long)second,
           argument, reason);
  if (argument) snprintf(place, sizeof place, "argument %d of env.%s", argument, name);
  else snprintf(place, sizeof place, "the result of env.%s", name);
  check(what, outcome.status == PULLEY_ERROR_TRAP && outcome.code == PULLEY_TRAP_HOST, "status %d, trap %d: %s",
        outcome.status, outcome.code, outcome.description);
  check(what, strstr(outcome.description, place) && strstr(outcome.description, reason), "%s", outcome.description);
  check(what, outcome.begun == 0, "the function ran");
}

static void works(pulley_instance_t *instance, const char *name, int64_t first, int64_t second, int32_t expected) {
  char what[200];
  struct outcome outcome = call(instance, name, first, second);
  snprintf(what, sizeof what, "%s(%lld, %lld) gives %d", name, (long long)first, (long long)second, expected);
  check(what, outcome.status == PULLEY_OK && outcome.result == expected, "%d: %s", outcome.result, outcome.description);
}

/* The guest's memory, all of it. */
static uint8_t *copy_of_memory(pulley_instance_t *instance) {
  uint8_t *copy = malloc(65536);
  memcpy(copy, pulley_instance_pointer(instance, 0, 65536), 65536);
  return copy;
}

static void unchanged(pulley_instance_t *instance, uint8_t *before, const char *what) {
  check(what, !memcmp(before, pulley_instance_pointer(instance, 0, 65536), 65536), "the memory has changed");
  free(before);
}

static void addresses(pulley_instance_t *instance) {
  enum { END = 65536 };
  works(instance, "sum_bytes", END - 7, 0, 0);
  refused(instance, "sum_bytes", END - 6, 0, 1, "out of bounds");
  refused(instance, "sum_bytes", END, 0, 1, "out of bounds");
  refused(instance, "sum_bytes", -1, 0, 1, "out of bounds");
  works(instance, "sum_pair", END - 16, 0, 0);
  refused(instance, "sum_pair", END - 8, 0, 1, "out of bounds");
  refused(instance, "sum_pair", 12, 0, 1, "multiple of 8");
  works(instance, "sum_mixed", END - 12, 0, 0);
  refused(instance, "sum_mixed", END - 8, 0, 1, "out of bounds");
  refused(instance, "sum_nonnull", 0, 0, 1, "is NULL");
  refused(instance, "take_pair", 3, END - 8, 2, "out of bounds");
  refused(instance, "make_pair", END - 8, 3, 0, "out of bounds");
  refused(instance, "set_mixed", END - 8, 3, 1, "out of bounds");
}

static void lengths(pulley_instance_t *instance) {
  works(instance, "fill", 65536 - 160, 10, 10);
  refused(instance, "fill", 65536 - 160, 11, 1, "out of bounds");
  /* 16 bytes for each: the product is 0 in 32 bits. */
  refused(instance, "fill", 16, 1 << 28, 1, "out of bounds");
  refused(instance, "fill", 16, -1, 1, "out of bounds");
  refused(instance, "fill_mixed", 16, 1LL << 60, 1, "out of bounds");
  refused(instance, "fill_mixed", 16, -1, 1, "has -1 elements");
  refused(instance, "fill_signed", 16, -1, 1, "has -1 elements");
  works(instance, "fill", 65536, 0, 0);
}

static void strings(pulley_instance_t *instance) {
  char *memory = pulley_instance_pointer(instance, 0, 65536);
  memset(memory + 65000, 'x', 536);
  refused(instance, "length", 65000, 0, 1, "without NUL");
  refused(instance, "length", 65536, 0, 1, "without NUL");
  memory[65535] = 0;
  works(instance, "length", 65000, 0, 535);
}

static void writes(pulley_instance_t *instance) {
  uint8_t *before = copy_of_memory(instance);
  refused(instance, "set_two", 256, 65530, 2, "out of bounds");
  unchanged(instance, before, "set_two: nothing is written if the second structure is out of bounds");
  before = copy_of_memory(instance);
  refused(instance, "swap_mixed", 256, 260, 2, "overlap");
  unchanged(instance, before, "swap_mixed: nothing is written if the structures overlap");
  before = copy_of_memory(instance);
  struct outcome outcome = call(instance, "leak", 256, 512);
  check("a pointer of the host in a structure traps", outcome.status == PULLEY_ERROR_TRAP, "status %d", outcome.status);
  check("the trap says where the pointer is",
        strstr(outcome.description, "argument 2 of env.leak") && strstr(outcome.description, "memory of the host"), "%s",
        outcome.description);
  unchanged(instance, before, "leak: nothing is written if a pointer cannot be converted");
}

static void handles(pulley_instance_t *instance) {
  pulley_instance_t *second = new_instance(1);
  int32_t thing = call(instance, "open_thing", 2, 0).result, other = call(instance, "open_other", 2, 0).result;
  check("handles are positive and differ", thing > 0 && other > 0 && thing != other, "%d %d", thing, other);
  works(instance, "use_thing", thing, 0, 2);
  works(instance, "use_thing", 0, 0, -1);
  works(instance, "open_thing", 2, 0, thing);
  refused(instance, "use_thing", other, 0, 1, "struct thing");
  refused(instance, "use_thing", other, 0, 1, "struct other");
  refused(instance, "use_thing", 123456789, 0, 1, "struct thing");
  refused(instance, "use_thing", -5, 0, 1, "struct thing");
  refused(second, "use_thing", thing, 0, 1, "struct thing");
  struct outcome outcome = call(instance, "into_thing", 1, 1024);
  int32_t stored;
  memcpy(&stored, pulley_instance_pointer(instance, 1024, 4), 4);
  check("a stored handle is a number", outcome.status == PULLEY_OK && stored > 0 && stored != thing, "%d: %s", stored,
        outcome.description);
  works(instance, "use_thing", stored, 0, 1);
  outcome = call(instance, "close_thing", thing, 0);
  check("a handle can be released", outcome.status == PULLEY_OK, "%s", outcome.description);
  refused(instance, "use_thing", thing, 0, 1, "struct thing");
  refused(instance, "close_thing", thing, 0, 1, "struct thing");
  check("a released handle's number is not given again", call(instance, "open_thing", 2, 0).result != thing, "%d",
        thing);
  pulley_instance_delete(second);
}

static void callbacks(pulley_instance_t *instance) {
  struct outcome outcome;
  pulley_instance_t *second;
  works(instance, "apply", TWICE, 21, 42);
  refused(instance, "apply", NOTHING, 1, 1, "NULL");
  refused(instance, "apply", TABLE, 1, 1, "table");
  refused(instance, "apply", -1, 1, 1, "table");
  refused(instance, "apply", OTHER_TYPE, 1, 1, "f64");

  outcome = call(instance, "apply", STUCK, 1);
  check("a trap of a callback is the trap of the call",
        outcome.status == PULLEY_ERROR_TRAP && outcome.code == PULLEY_TRAP_UNREACHABLE, "status %d, trap %d: %s",
        outcome.status, outcome.code, outcome.description);
  check("the host function returns normally first", outcome.begun == 1 && outcome.ended == 1, "%d %d", outcome.begun,
        outcome.ended);
  outcome = call(instance, "apply", HELD, 1);
  check("a trap of a host function in a callback is the trap of the call",
        outcome.status == PULLEY_ERROR_TRAP && strstr(outcome.description, "argument 1 of env.sum_bytes"), "%s",
        outcome.description);
  works(instance, "apply", TWICE, 4, 8);

  works(instance, "apply", DEEP, 1000, 1000);
  outcome = call(instance, "apply", DEEP, 100000000);
  check("endless nesting through the host traps",
        outcome.status == PULLEY_ERROR_TRAP && outcome.code == PULLEY_TRAP_STACK_OVERFLOW, "status %d, trap %d: %s",
        outcome.status, outcome.code, outcome.description);
  check("all nested host functions return", outcome.begun == outcome.ended && outcome.begun > 1000, "%d %d",
        outcome.begun, outcome.ended);
  works(instance, "apply", AGAIN, 4, 8);

  works(instance, "apply_to_pair", 4096, GROWING, 7);
  works(instance, "apply_to_mixed", 4096, GROWING, 7);
  int32_t stored;
  memcpy(&stored, pulley_instance_pointer(instance, 4096, 4), 4);
  check("a structure is written although the memory grew meanwhile", stored == 1, "%d", stored);

  call(instance, "apply", TWICE, 1);
  outcome = call(instance, "later", 3, 0);
  check("a callback after its time traps", outcome.status == PULLEY_ERROR_TRAP && outcome.code == PULLEY_TRAP_HOST,
        "status %d, result %d: %s", outcome.status, outcome.result, outcome.description);
  check("the trap says what was called", strstr(outcome.description, "env.apply") != NULL, "%s", outcome.description);
  works(instance, "keep", TWICE, 0, 0);
  works(instance, "later", 3, 0, 6);

  second = new_instance(0);
  refused(second, "apply", TWICE, 1, 1, "table");
  works(second, "sum_bytes", 16, 0, 0);
  pulley_instance_delete(second);
}

int main(void) {
  pulley_error_t *error = NULL;
  linker = pulley_linker_new(NULL);
  must(pulley_declare(linker, declarations, &error), &error);
  for (int k = 0; k < FUNCTIONS; k++)
    must(pulley_bind(linker, "env", functions[k].name, functions[k].function, NULL, NULL, &error), &error);
  static void (*const tests[])(pulley_instance_t *) = {addresses, lengths, strings, writes, handles, callbacks};
  for (size_t k = 0; k < sizeof tests / sizeof *tests; k++) {
    pulley_instance_t *instance = new_instance(1);
    tests[k](instance);
    pulley_instance_delete(instance);
  }
  pulley_linker_delete(linker);
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
