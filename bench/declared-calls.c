/* What a call from the guest costs by the shape of the C function's prototype, beside libffi's ffi_call of the same
 * function and a wrapper written by hand, which gets the guest's arguments as an array of words and the memory, as in
 * wasm3 and Wasmtime's C API. All in the same run, the fastest of many rounds. Prints a line for each shape: its
 * name, and nanoseconds for the
 * call from the guest, less the guest's loop; for ffi_call; and for the wrapper, called from C through a pointer.
 *
 *     declared-calls [SHAPE]
 *
 * For "callback" they are a call from C of the guest's function, of a closure of libffi, and of a C function. */
#define _POSIX_C_SOURCE 200809L
#include <ffi.h>
#include <pulley.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ITERATIONS = 10000, ROUNDS = 41 };

#define DECLARATIONS                                                                     \
  DECLARE(struct four { int a; int b; double c; double d; };)                            \
  DECLARE(struct tall { long a; long b; double c; void *d; };)                           \
  DECLARE(struct thing;)                                                                 \
  DECLARE(int mix(int a, int b);)                                                        \
  DECLARE(int xor_all(int a, int b, int c, int d, int e, int f, int g, int h);)          \
  DECLARE(int take(struct four s);)                                                      \
  DECLARE(struct four give(int a, int b);)                                               \
  DECLARE(int in_place(const struct four *s);)                                           \
  DECLARE(int copy_in(const struct tall *s);)                                            \
  DECLARE(void copy_in_out(struct tall *s);)                                             \
  DECLARE(struct thing *open_thing(int number);)                                         \
  DECLARE(int use_thing(struct thing *thing, int number);)                               \
  DECLARE(int repeat(int (*function)(int, int), int times);)                             \
  DECLARE(int format(const char *text, ...) __attribute__((format(printf, 1, 2)));)
#define DECLARE(...) __VA_ARGS__
DECLARATIONS
#undef DECLARE
#define DECLARE(...) #__VA_ARGS__ "\n"
static const char declarations[] = DECLARATIONS;

struct thing { int number; } things[2] = {{1}, {2}};

int mix(int a, int b) { return a ^ b; }
int xor_all(int a, int b, int c, int d, int e, int f, int g, int h) { return a ^ b ^ c ^ d ^ e ^ f ^ g ^ h; }
int take(struct four s) { return s.a ^ s.b ^ (int)s.c ^ (int)s.d; }
struct four give(int a, int b) {
  struct four s = {a, b, a, b};
  return s;
}
int in_place(const struct four *s) { return s->a ^ s->b ^ (int)s->c ^ (int)s->d; }
int copy_in(const struct tall *s) { return (int)(s->a ^ s->b) ^ (int)s->c; }
void copy_in_out(struct tall *s) { s->a += s->b; }
struct thing *open_thing(int number) { return things + number; }
int use_thing(struct thing *thing, int number) { return thing->number ^ number; }
int repeat(int (*function)(int, int), int times) {
  int sum = 0;
  for (int k = 0; k < times; k++) sum = function(sum, k);
  return sum;
}
/* Reads what a printf would read, and formats nothing. */
int format(const char *text, ...) {
  va_list arguments;
  va_start(arguments, text);
  int a = va_arg(arguments, int), b = (int)va_arg(arguments, double);
  va_end(arguments);
  return a ^ b;
}

/* In memory: at 64 a struct four, at 128 a struct tall, at 192 the format, at 256 variable arguments, at 320
 * results. */
#define LOOP(name, ...)                                                                              \
  "(func (export \"" name "\") (param $n i32) (result i32) (local $sum i32) (local $thing i32)"      \
  " (local.set $thing (call $open_thing (i32.const 1)))"                                             \
  " loop " __VA_ARGS__                                                                               \
  " (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))) end (local.get $sum))\n"
#define SUM(call) "(local.set $sum " call ")"
#define N "(local.get $n)"
static const char module[] =
    "(module\n"
    "(import \"env\" \"mix\" (func $mix (param i32 i32) (result i32)))\n"
    "(import \"env\" \"xor_all\" (func $xor_all (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))\n"
    "(import \"env\" \"take\" (func $take (param i32) (result i32)))\n"
    "(import \"env\" \"give\" (func $give (param i32 i32 i32)))\n"
    "(import \"env\" \"in_place\" (func $in_place (param i32) (result i32)))\n"
    "(import \"env\" \"copy_in\" (func $copy_in (param i32) (result i32)))\n"
    "(import \"env\" \"copy_in_out\" (func $copy_in_out (param i32)))\n"
    "(import \"env\" \"open_thing\" (func $open_thing (param i32) (result i32)))\n"
    "(import \"env\" \"use_thing\" (func $use_thing (param i32 i32) (result i32)))\n"
    "(import \"env\" \"repeat\" (func $repeat (param i32 i32) (result i32)))\n"
    "(import \"env\" \"format\" (func $format (param i32 i32) (result i32)))\n"
    "(memory (export \"memory\") 1)\n"
    "(table (export \"__indirect_function_table\") 2 2 funcref)\n"
    "(elem (i32.const 1) $xor)\n"
    "(func $xor (param i32 i32) (result i32) (i32.xor (local.get 0) (local.get 1)))\n"
    "(data (i32.const 192) \"%d %f\\00\")\n"
    LOOP("empty", SUM("(i32.xor (local.get $sum) " N ")"))
    LOOP("direct", SUM("(call $mix (local.get $sum) " N ")"))
    LOOP("libffi", SUM("(call $xor_all (local.get $sum)" N N N N N N N ")"))
    LOOP("structure in", SUM("(call $take (i32.const 64))"))
    LOOP("structure out", "(call $give (i32.const 320) (local.get $sum) " N ")")
    LOOP("pointer in place", SUM("(call $in_place (i32.const 64))"))
    LOOP("pointer to a copy", SUM("(call $copy_in (i32.const 128))"))
    LOOP("pointer to a copy, written back", "(call $copy_in_out (i32.const 128))")
    LOOP("handle", SUM("(call $use_thing (local.get $thing) " N ")"))
    LOOP("varargs", SUM("(call $format (i32.const 192) (i32.const 256))"))
    "(func (export \"callback\") (param $n i32) (result i32) (call $repeat (i32.const 1) (local.get $n)))\n"
    ")";

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void check(pulley_status_t status, pulley_error_t **error) {
  if (status == PULLEY_OK) return;
  fprintf(stderr, "%s\n", pulley_error_description(*error));
  exit(1);
}

/* Wrappers written by hand: arguments and results as an array of words. Each checks the addresses that it gets. */
struct memory {
  char *bytes;
  size_t size;
};
typedef const char *(*wrapper)(struct memory *memory, uint64_t *words);
static const char *const bounds = "out of bounds";

static void *within(struct memory *memory, uint64_t address, size_t size) {
  uint32_t start = (uint32_t)address;
  return start > memory->size || memory->size - start < size ? NULL : memory->bytes + start;
}

struct guest_tall { int32_t a, b; double c; uint32_t d; };

static const char *wrap_mix(struct memory *memory, uint64_t *words) {
  (void)memory;
  words[0] = (uint32_t)mix((int)words[0], (int)words[1]);
  return NULL;
}
static const char *wrap_xor_all(struct memory *memory, uint64_t *words) {
  (void)memory;
  words[0] = (uint32_t)xor_all((int)words[0], (int)words[1], (int)words[2], (int)words[3], (int)words[4],
                               (int)words[5], (int)words[6], (int)words[7]);
  return NULL;
}
static const char *wrap_take(struct memory *memory, uint64_t *words) {
  struct four s, *from = within(memory, words[0], sizeof s);
  if (!from) return bounds;
  memcpy(&s, from, sizeof s);
  words[0] = (uint32_t)take(s);
  return NULL;
}
static const char *wrap_give(struct memory *memory, uint64_t *words) {
  struct four s, *to = within(memory, words[0], sizeof s);
  if (!to) return bounds;
  s = give((int)words[1], (int)words[2]);
  memcpy(to, &s, sizeof s);
  return NULL;
}
static const char *wrap_in_place(struct memory *memory, uint64_t *words) {
  struct four *s = within(memory, words[0], sizeof *s);
  if (!s || words[0] % 8) return bounds;
  words[0] = (uint32_t)in_place(s);
  return NULL;
}
static struct tall from_guest(struct memory *memory, struct guest_tall s) {
  struct tall made = {s.a, s.b, s.c, s.d ? memory->bytes + s.d : NULL};
  return made;
}
static const char *wrap_copy_in(struct memory *memory, uint64_t *words) {
  struct guest_tall from, *place = within(memory, words[0], sizeof from);
  if (!place) return bounds;
  memcpy(&from, place, sizeof from);
  struct tall s = from_guest(memory, from);
  words[0] = (uint32_t)copy_in(&s);
  return NULL;
}
static const char *wrap_copy_in_out(struct memory *memory, uint64_t *words) {
  struct guest_tall image, *place = within(memory, words[0], sizeof image);
  if (!place) return bounds;
  memcpy(&image, place, sizeof image);
  struct tall s = from_guest(memory, image);
  copy_in_out(&s);
  image.a = (int32_t)s.a;
  image.b = (int32_t)s.b;
  image.c = s.c;
  image.d = s.d ? (uint32_t)((char *)s.d - memory->bytes) : 0;
  memcpy(place, &image, sizeof image);
  return NULL;
}
static struct thing *table_of_things[2] = {things, things + 1};
static const char *wrap_use_thing(struct memory *memory, uint64_t *words) {
  (void)memory;
  if ((uint32_t)words[0] >= 2) return "no such thing";
  words[0] = (uint32_t)use_thing(table_of_things[(uint32_t)words[0]], (int)words[1]);
  return NULL;
}
/* A wrapper for one format: of what the arguments are, the author of the wrapper is sure. */
static const char *wrap_format(struct memory *memory, uint64_t *words) {
  const char *text = within(memory, words[0], 1), *arguments = within(memory, words[1], 16);
  int a;
  double b;
  if (!text || !arguments || !memchr(text, 0, memory->size - (size_t)(text - memory->bytes))) return bounds;
  memcpy(&a, arguments, sizeof a);
  memcpy(&b, arguments + 8, sizeof b);
  words[0] = (uint32_t)format(text, a, b);
  return NULL;
}

/* One shape: the guest's export, the same by ffi_call, the same by a wrapper. */
static ffi_type *four_members[] = {&ffi_type_sint32, &ffi_type_sint32, &ffi_type_double, &ffi_type_double, NULL};
static ffi_type type_four = {0, 0, FFI_TYPE_STRUCT, four_members};
#define INT &ffi_type_sint32
#define POINTER &ffi_type_pointer
static const struct shape {
  const char *name;
  void (*function)(void);
  wrapper wrapper;
  ffi_type *result;
  int count;
  ffi_type *types[8];
  int is_variadic;
  uint64_t words[8];
} shapes[] = {
    {"direct", FFI_FN(mix), wrap_mix, INT, 2, {INT, INT}, 0, {1, 2}},
    {"libffi", FFI_FN(xor_all), wrap_xor_all, INT, 8, {INT, INT, INT, INT, INT, INT, INT, INT}, 0,
     {1, 2, 3, 4, 5, 6, 7, 8}},
    {"structure in", FFI_FN(take), wrap_take, INT, 1, {&type_four}, 0, {64}},
    {"structure out", FFI_FN(give), wrap_give, &type_four, 2, {INT, INT}, 0, {320, 1, 2}},
    {"pointer in place", FFI_FN(in_place), wrap_in_place, INT, 1, {POINTER}, 0, {64}},
    {"pointer to a copy", FFI_FN(copy_in), wrap_copy_in, INT, 1, {POINTER}, 0, {128}},
    {"pointer to a copy, written back", FFI_FN(copy_in_out), wrap_copy_in_out, &ffi_type_void, 1, {POINTER}, 0, {128}},
    {"handle", FFI_FN(use_thing), wrap_use_thing, INT, 2, {POINTER, INT}, 0, {1, 2}},
    {"varargs", FFI_FN(format), wrap_format, INT, 3, {POINTER, INT, &ffi_type_double}, 1, {192, 256}},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static double time_guest(pulley_function_t *function) {
  pulley_error_t *error = NULL;
  pulley_value_t argument = pulley_i32(ITERATIONS), result;
  double start = now();
  check(pulley_call(function, &argument, 1, &result, 1, &error), &error);
  return (now() - start) / ITERATIONS;
}

static double time_ffi(const struct shape *shape) {
  static struct four four = {1, 2, 3, 4};
  static struct tall tall = {1, 2, 3, NULL};
  static int number = 5;
  static double real = 2.5;
  void *pointer = shape->function == FFI_FN(use_thing) ? (void *)things
                  : shape->function == FFI_FN(in_place) ? (void *)&four
                  : shape->function == FFI_FN(format)   ? (void *)"%d %f"
                                                        : (void *)&tall;
  void *values[8];
  union { ffi_arg word; struct four four; } result;
  ffi_type *types[8];
  ffi_cif cif;
  ffi_status status;
  for (int k = 0; k < shape->count; k++) {
    types[k] = shape->types[k];
    values[k] = types[k] == POINTER ? (void *)&pointer : types[k] == &type_four ? (void *)&four
                : types[k] == &ffi_type_double ? (void *)&real : (void *)&number;
  }
  status = shape->is_variadic
               ? ffi_prep_cif_var(&cif, FFI_DEFAULT_ABI, 1, (unsigned)shape->count, shape->result, types)
               : ffi_prep_cif(&cif, FFI_DEFAULT_ABI, (unsigned)shape->count, shape->result, types);
  if (status != FFI_OK) exit(1);
  double start = now();
  for (int k = ITERATIONS; k; k--) ffi_call(&cif, shape->function, &result, values);
  return (now() - start) / ITERATIONS;
}

static double time_wrapper(const struct shape *shape, struct memory *memory) {
  wrapper volatile function = shape->wrapper;
  uint64_t words[8];
  double start = now();
  for (int k = ITERATIONS; k; k--) {
    memcpy(words, shape->words, sizeof words);
    if (function(memory, words)) exit(1);
  }
  return (now() - start) / ITERATIONS;
}

/* Callbacks. */

static void closure_function(ffi_cif *cif, void *result, void **arguments, void *unused) {
  (void)cif, (void)unused;
  *(ffi_sarg *)result = *(int *)arguments[0] ^ *(int *)arguments[1];
}

static double time_repeat(int (*function)(int, int)) {
  double start = now();
  repeat(function, ITERATIONS);
  return (now() - start) / ITERATIONS;
}

static double time_closure(void) {
  static ffi_type *types[] = {INT, INT};
  static ffi_cif cif;
  void *code = NULL;
  ffi_closure *closure = ffi_closure_alloc(sizeof *closure, &code);
  if (ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 2, INT, types) != FFI_OK ||
      ffi_prep_closure_loc(closure, &cif, closure_function, NULL, code) != FFI_OK)
    exit(1);
  double time = time_repeat((int (*)(int, int))code);
  ffi_closure_free(closure);
  return time;
}

/* The fastest round: what interrupts a round only adds to it. */
static double least(const double *times) {
  double found = times[0];
  for (int k = 1; k < ROUNDS; k++) found = times[k] < found ? times[k] : found;
  return found;
}

int main(int argc, char **argv) {
  static double guest[SHAPES + 2][ROUNDS], ffi[SHAPES + 1][ROUNDS], by_hand[SHAPES + 1][ROUNDS];
  pulley_error_t *error = NULL;
  pulley_linker_t *linker = pulley_linker_new(NULL);
  pulley_instance_t *instance = NULL;
  pulley_function_t *functions[SHAPES + 2];
  static const struct {
    const char *name;
    pulley_host_t function;
  } host[] = {
#define HOST(name) {#name, (pulley_host_t)name}
      HOST(mix),         HOST(xor_all),    HOST(take),      HOST(give),   HOST(in_place), HOST(copy_in),
      HOST(copy_in_out), HOST(open_thing), HOST(use_thing), HOST(repeat), HOST(format),
  };
  check(pulley_declare(linker, declarations, &error), &error);
  for (size_t k = 0; k < sizeof host / sizeof *host; k++)
    check(pulley_bind(linker, "env", host[k].name, host[k].function, NULL, NULL, &error), &error);
  check(pulley_instantiate_bytes(linker, module, sizeof module - 1, &instance, &error), &error);
  for (int k = 0; k < SHAPES + 2; k++) {
    const char *name = k < SHAPES ? shapes[k].name : k == SHAPES ? "callback" : "empty";
    check(pulley_instance_function(instance, name, &functions[k], &error), &error);
  }
  struct memory memory = {pulley_instance_pointer(instance, 0, 65536), 65536};
  for (int round = 0; round < ROUNDS; round++) {
    for (int k = 0; k < SHAPES + 2; k++)
      if (argc < 2 || k > SHAPES || !strcmp(argv[1], k < SHAPES ? shapes[k].name : "callback"))
        guest[k][round] = time_guest(functions[k]);
    for (int k = 0; k < SHAPES; k++) {
      ffi[k][round] = time_ffi(&shapes[k]);
      by_hand[k][round] = time_wrapper(&shapes[k], &memory);
    }
    ffi[SHAPES][round] = time_closure();
    by_hand[SHAPES][round] = time_repeat(mix);
  }
  double empty = least(guest[SHAPES + 1]);
  for (int k = 0; k <= SHAPES; k++)
    printf("%s\t%.1f\t%.1f\t%.1f\n", k < SHAPES ? shapes[k].name : "callback",
           least(guest[k]) - (k < SHAPES ? empty : 0), least(ffi[k]), least(by_hand[k]));
  for (int k = 0; k < SHAPES + 2; k++) pulley_function_delete(functions[k]);
  pulley_instance_delete(instance);
  pulley_linker_delete(linker);
  return 0;
}
