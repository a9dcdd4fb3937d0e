/* What a call from the guest to a C function costs, beside a direct call and libffi's ffi_call of
 * the same function in the same run. Prints one line: nanoseconds for each, separated by tabs:
 *
 *   typed  general  empty-loop  direct  ffi_call
 *
 * "typed" is i32(i32, i32), which the library calls directly; "general" takes eight integers, more
 * than fit in registers, for which it uses libffi. Both are the loop with the call less the loop
 * without it. */
#define _POSIX_C_SOURCE 199309L
#include <ffi.h>
#include <pulley.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ITERATIONS = 2000000, ROUNDS = 9 };

/* (module
 *   (import "env" "mix" (func $mix (param i32 i32) (result i32)))
 *   (import "env" "xor" (func $xor (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
 *   (func (export "typed") (param $n i32) (result i32) (local $sum i32)
 *     loop
 *       (local.set $sum (call $mix (local.get $sum) (local.get $n)))
 *       (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1))))
 *     end
 *     local.get $sum)
 *   (func (export "general") … (call $xor (local.get $sum) (local.get $n) … (local.get $n)) …)
 *   (func (export "empty") … (i32.xor (local.get $sum) (local.get $n)) …)) */
#define LOOP(...)                                                                             \
  0x01, 0x01, 0x7F, 0x03, 0x40, 0x20, 0x01, __VA_ARGS__, 0x21, 0x01, 0x20, 0x00, 0x41, 0x01, \
      0x6B, 0x22, 0x00, 0x0D, 0x00, 0x0B, 0x20, 0x01, 0x0B
static const uint8_t module_bytes[] = {
    0x00, 'a', 's', 'm', 1, 0, 0, 0,
    /* types */
    0x01, 24, 3,
    0x60, 2, 0x7F, 0x7F, 1, 0x7F,
    0x60, 8, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 1, 0x7F,
    0x60, 1, 0x7F, 1, 0x7F,
    /* imports */
    0x02, 21, 2,
    3, 'e', 'n', 'v', 3, 'm', 'i', 'x', 0, 0,
    3, 'e', 'n', 'v', 3, 'x', 'o', 'r', 0, 1,
    /* functions */
    0x03, 4, 3, 2, 2, 2,
    /* exports */
    0x07, 27, 3,
    5, 't', 'y', 'p', 'e', 'd', 0, 2,
    7, 'g', 'e', 'n', 'e', 'r', 'a', 'l', 0, 3,
    5, 'e', 'm', 'p', 't', 'y', 0, 4,
    /* code */
    0x0A, 93, 3,
    26, LOOP(0x20, 0x00, 0x10, 0x00),
    38, LOOP(0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00,
             0x10, 0x01),
    25, LOOP(0x20, 0x00, 0x73),
};

static int32_t mix(int32_t a, int32_t b) {
  return a ^ b;
}

static int32_t xor_all(int32_t a, int32_t b, int32_t c, int32_t d, int32_t e, int32_t f, int32_t g,
                       int32_t h) {
  return a ^ b ^ c ^ d ^ e ^ f ^ g ^ h;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void check(pulley_status_t status, pulley_error_t *error) {
  if (status == PULLEY_OK)
    return;
  fprintf(stderr, "%s\n", pulley_error_description(error));
  exit(1);
}

static double time_guest(pulley_function_t *function) {
  pulley_error_t *error = NULL;
  pulley_value_t argument = pulley_i32(ITERATIONS), result;
  double start = now();
  check(pulley_call(function, &argument, 1, &result, 1, &error), error);
  return (now() - start) / ITERATIONS;
}

static double time_direct(void) {
  int32_t (*volatile function)(int32_t, int32_t) = mix;
  volatile int32_t sum = 0;
  double start = now();
  for (int32_t n = ITERATIONS; n; n--)
    sum = function(sum, n);
  return (now() - start) / ITERATIONS;
}

static double time_ffi(void) {
  ffi_cif cif;
  ffi_type *types[2] = {&ffi_type_sint32, &ffi_type_sint32};
  int32_t a = 0, b;
  void *values[2] = {&a, &b};
  ffi_arg result;
  double start;
  if (ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 2, &ffi_type_sint32, types) != FFI_OK)
    exit(1);
  start = now();
  for (b = ITERATIONS; b; b--) {
    ffi_call(&cif, FFI_FN(mix), &result, values);
    a = (int32_t)result;
  }
  return (now() - start) / ITERATIONS;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

int main(void) {
  pulley_error_t *error = NULL;
  pulley_linker_t *linker = pulley_linker_new(NULL);
  pulley_instance_t *instance;
  pulley_function_t *functions[3];
  static const char *const names[3] = {"typed", "general", "empty"};
  double times[5][ROUNDS];
  double empty;
  check(pulley_register(linker, "env", "mix", "i32(i32, i32)", (pulley_host_t)mix, NULL, NULL,
                        &error), error);
  check(pulley_register(linker, "env", "xor", "i32(i32, i32, i32, i32, i32, i32, i32, i32)",
                        (pulley_host_t)xor_all, NULL, NULL, &error), error);
  check(pulley_instantiate_bytes(linker, module_bytes, sizeof module_bytes, &instance, &error),
        error);
  for (int i = 0; i < 3; i++)
    check(pulley_instance_function(instance, names[i], &functions[i], &error), error);
  for (int round = 0; round < ROUNDS; round++) {
    for (int i = 0; i < 3; i++)
      times[i][round] = time_guest(functions[i]);
    times[3][round] = time_direct();
    times[4][round] = time_ffi();
  }
  for (int i = 0; i < 5; i++)
    qsort(times[i], ROUNDS, sizeof(double), compare);
  empty = times[2][ROUNDS / 2];
  printf("%.2f\t%.2f\t%.2f\t%.2f\t%.2f\n", times[0][ROUNDS / 2] - empty,
         times[1][ROUNDS / 2] - empty, empty, times[3][ROUNDS / 2], times[4][ROUNDS / 2]);
  for (int i = 0; i < 3; i++)
    pulley_function_delete(functions[i]);
  pulley_instance_delete(instance);
  pulley_linker_delete(linker);
  return 0;
}
